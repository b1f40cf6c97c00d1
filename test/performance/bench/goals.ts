/** Compares the goals of the package with the measured values. Pure. */

import type { Run } from "./compare.js";
import type { Import } from "./imports.js";
import { roster, type Name } from "./roster.js";
import { isThisPackage, ratio, type Figure } from "./summary.js";

/** One goal in one scenario. */
export interface Goal {
  readonly what: string;
  readonly measured: string;
  readonly met: boolean;
}

/** A ratio up to this is noise, and so is a difference that changes its sign between rounds. */
const NOISE = 1.05;

const MAX_OVER_BASELINE = 1.25;
const MAX_CPU_OVER_BASELINE: Partial<Record<Name, number>> = {
  "together-retrieval": 1.2,
  "together-retrieval-langchain": 1.5,
  "together-retrieval-llamaindex": 1.5,
};
const MAX_STREAM_MB = 96;

/** Returns the goals of a scenario. */
export function goalsOf(runs: readonly Run[]): Goal[] {
  const [scenario] = runs.map((run) => run.scenario);
  if (scenario === undefined) return [];
  if (scenario === "cache") return cacheGoals(runs);
  if (scenario.startsWith("stream")) return streamGoals(scenario, runs);
  if (scenario === "rerank") return rankGoals(runs, "together-retrieval-rank", "sdk-rank", 1.05);
  if (scenario === "rerank-125") return rankGoals(runs, "together-retrieval-rank-125", "sdk-rank-8", 1.25);
  const names = [...new Set(runs.map(({ client }) => client))];
  return [
    ...names.filter(isThisPackage).flatMap((name) => timeGoals(scenario, runs, name, names)),
    ...(scenario === "no-limit" ? cpuGoals(runs) : []),
  ];
}

function timeGoals(scenario: string, runs: readonly Run[], name: Name, names: readonly Name[]): Goal[] {
  const failure = runs.find((run) => run.client === name && run.failure !== undefined);
  if (failure)
    return [
      { what: `${scenario}: ${roster[name].title} finishes`, measured: String(failure.failure), met: false },
    ];
  const others = names.filter((other) => !isThisPackage(other) && other !== "baseline");
  const faster = others.flatMap((other) => {
    const timeRatio = ratio(runs, name, other, "wallMs");
    return timeRatio && isSlower(timeRatio) ? [`${roster[other].title} (${shown(timeRatio)})`] : [];
  });
  return [
    ...atMost(
      `${scenario}: ${roster[name].title}, time over the baseline`,
      ratio(runs, name, "baseline", "wallMs"),
      MAX_OVER_BASELINE,
    ),
    {
      what: `${scenario}: no client is faster than ${roster[name].title}`,
      measured: faster.length === 0 ? "no client is faster" : `slower than ${faster.join(", ")}`,
      met: faster.length === 0,
    },
  ];
}

function isSlower({ median, least }: Figure): boolean {
  return median > NOISE && least > 1;
}

function cpuGoals(runs: readonly Run[]): Goal[] {
  return Object.entries(MAX_CPU_OVER_BASELINE).flatMap(([name, most]) =>
    atMost(
      `${roster[name as Name].title}, CPU over the base64 baseline`,
      ratio(runs, name as Name, "baseline", "cpuMs"),
      most,
    ),
  );
}

function streamGoals(scenario: string, runs: readonly Run[]): Goal[] {
  return runs
    .filter(({ client }) => client === "together-retrieval")
    .slice(0, 1)
    .map(({ cost, failure }) => {
      const peak = Math.max(
        ...runs.flatMap((run) => (run.client === "together-retrieval" ? (run.cost?.peakMB ?? Infinity) : [])),
      );
      return {
        what: `${scenario}: peak memory growth, at most ${MAX_STREAM_MB} MB`,
        measured: cost ? `${peak.toFixed(0)} MB` : String(failure),
        met: peak <= MAX_STREAM_MB,
      };
    });
}

function rankGoals(runs: readonly Run[], own: Name, plain: Name, most: number): Goal[] {
  return atMost(
    `${roster[own].title}, time over ${roster[plain].title}`,
    ratio(runs, own, plain, "wallMs"),
    most,
  );
}

/** Compares the time that an empty cache adds with the time that a full one saves. */
function cacheGoals(runs: readonly Run[]): Goal[] {
  const cold = ratio(runs, "together-retrieval-cache-cold", "together-retrieval", "wallMs");
  const warm = ratio(runs, "together-retrieval-cache-warm", "together-retrieval", "wallMs");
  if (!cold || !warm) return [];
  const share = (cold.median - 1) / (1 - warm.median);
  const measured = `costs ${percent(cold.median - 1)} of the time, saves ${percent(1 - warm.median)}`;
  return [{ what: "a cache costs less than a tenth of what it saves", measured, met: share < 0.1 }];
}

/** Returns the goals of one entry's import. */
export function importGoals({ entry, ms, bytes }: Import): Goal[] {
  return [
    {
      what: `import of ${entry} beyond its framework and SDK, at most 10 ms`,
      measured: `${ms.median.toFixed(1)} ms`,
      met: ms.median <= 10,
    },
    {
      what: `size of ${entry} beyond its framework and SDK, at most 12 KB gzipped`,
      measured: `${(bytes / 1024).toFixed(1)} KB`,
      met: bytes <= 12 * 1024,
    },
  ];
}

function atMost(what: string, figure: Figure | undefined, most: number): Goal[] {
  if (!figure) return [];
  return [{ what: `${what}, at most ${most}`, measured: shown(figure), met: figure.median <= most }];
}

function shown({ median, least, most }: Figure): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
