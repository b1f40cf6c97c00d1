/** Runs into figures. Pure. */

import { max, median, min } from "simple-statistics";
import type { Run } from "./compare.js";
import type { Cost } from "./measure.js";
import { roster, type Name } from "./roster.js";

/** A figure over several runs. */
export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One client in one scenario. */
export interface Row {
  readonly client: Name;
  /** Missing for whoever did not finish, and so are the ratios. */
  readonly wallMs?: Figure;
  readonly cpuMs?: Figure;
  readonly peakMB?: Figure;
  /** Wall time over the base's of the same round. */
  readonly overBase?: Figure;
  /** Client CPU over the base's of the same round. */
  readonly cpuOverBase?: Figure;
  /** Wall time over that of our Embedder in the same round. */
  readonly overOurs?: Figure;
  readonly requests: number;
  readonly refused: number;
  readonly failure: string | undefined;
}

/** The rows of one scenario, fastest first, with those that did not finish at the end. */
export function rowsOf(runs: readonly Run[], base: Name = "baseline"): Row[] {
  const names = [...new Set(runs.map(({ client }) => client))];
  const rows = names.map((name) => rowOf(name, runs, base));
  return rows.toSorted((one, other) => (one.wallMs?.median ?? Infinity) - (other.wallMs?.median ?? Infinity));
}

function rowOf(client: Name, runs: readonly Run[], base: Name): Row {
  const own = runs.filter((run) => run.client === client);
  const costs = own.flatMap(({ cost }) => cost ?? []);
  const requests = median(own.map(({ totals }) => totals.requests));
  const refused = median(own.map(({ totals }) => totals.refused));
  const failure = own.find((run) => run.failure !== undefined)?.failure;
  const counted = { client, requests, refused, failure };
  if (costs.length === 0) return counted;
  return {
    ...counted,
    wallMs: figureOf(costs.map(({ wallMs }) => wallMs)),
    cpuMs: figureOf(costs.map(({ cpuMs }) => cpuMs)),
    peakMB: figureOf(costs.map(({ peakMB }) => peakMB)),
    ...optional("overBase", ratio(runs, client, base, "wallMs")),
    ...optional("cpuOverBase", ratio(runs, client, base, "cpuMs")),
    ...optional("overOurs", ratio(runs, client, "together-retrieval", "wallMs")),
  };
}

/**
 * What one costs over what another costs, round by round: neighbours in time share the machine's moods, medians of
 * separate series do not.
 */
export function ratio(runs: readonly Run[], one: Name, other: Name, what: keyof Cost): Figure | undefined {
  const ratios = runs
    .filter(({ client }) => client === one)
    .flatMap((run) => {
      const rival = runs.find(({ client, round }) => client === other && round === run.round);
      return run.cost && rival?.cost ? [run.cost[what] / rival.cost[what]] : [];
    });
  return ratios.length === 0 ? undefined : figureOf(ratios);
}

function figureOf(numbers: number[]): Figure {
  return { median: median(numbers), least: min(numbers), most: max(numbers) };
}

function optional<Key extends string>(key: Key, figure: Figure | undefined): { [key in Key]?: Figure } {
  return figure ? ({ [key]: figure } as { [key in Key]: Figure }) : {};
}

/** Whether somebody is one of our entries. */
export function isThisPackage(name: Name): boolean {
  return roster[name].isOwn;
}
