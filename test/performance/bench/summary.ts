/** Summarizes runs. Pure. */

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
  /** Missing, like the ratios, for a client that did not finish. */
  readonly wallMs?: Figure;
  readonly cpuMs?: Figure;
  readonly peakMB?: Figure;
  /** Wall time over that of the base in the same round. */
  readonly overBase?: Figure;
  /** Client CPU over that of the base in the same round. */
  readonly cpuOverBase?: Figure;
  /** Wall time over that of `Embedder` in the same round. */
  readonly overEmbedder?: Figure;
  readonly requests: number;
  readonly rateLimited: number;
  readonly failure: string | undefined;
}

/** Returns the rows of one scenario, fastest first. Clients that did not finish are at the end. */
export function rowsOf(runs: readonly Run[], base: Name = "baseline"): Row[] {
  const names = [...new Set(runs.map(({ client }) => client))];
  const rows = names.map((name) => rowOf(name, runs, base));
  return rows.toSorted((one, other) => (one.wallMs?.median ?? Infinity) - (other.wallMs?.median ?? Infinity));
}

function rowOf(client: Name, runs: readonly Run[], base: Name): Row {
  const own = runs.filter((run) => run.client === client);
  const costs = own.flatMap(({ cost }) => cost ?? []);
  const requests = median(own.map(({ totals }) => totals.requests));
  const rateLimited = median(own.map(({ totals }) => totals.rateLimited));
  const failure = own.find((run) => run.failure !== undefined)?.failure;
  const counted = { client, requests, rateLimited, failure };
  if (costs.length === 0) return counted;
  return {
    ...counted,
    wallMs: figureOf(costs.map(({ wallMs }) => wallMs)),
    cpuMs: figureOf(costs.map(({ cpuMs }) => cpuMs)),
    peakMB: figureOf(costs.map(({ peakMB }) => peakMB)),
    ...optional("overBase", ratio(runs, client, base, "wallMs")),
    ...optional("cpuOverBase", ratio(runs, client, base, "cpuMs")),
    ...optional("overEmbedder", ratio(runs, client, "together-retrieval", "wallMs")),
  };
}

/**
 * Returns the cost of one client over that of another, per round. Runs of one round have the same load of the machine;
 * medians of separate series do not.
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

/** Returns whether a client is part of this package. */
export function isThisPackage(name: Name): boolean {
  return roster[name].isOwn;
}
