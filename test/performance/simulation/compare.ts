/** `npm run simulate -- --compare FILE`: finds the rows that are worse than in a file that `--json` wrote. */

import { mean, round, standardError } from "./seeds.js";

/** A row as `--json` writes it. A list has one number per seed, or only one if the row does not depend on chance. */
export interface SavedRow {
  /** @defaultValue `"limits"` */
  readonly family?: string;
  readonly scenario: string;
  readonly requests: number;
  readonly rtt: number;
  readonly processes: number;
  readonly elapsedMs: readonly number[];
  /** Number of requests, including those that received a 429. */
  readonly sent: readonly number[];
  readonly rateLimited: readonly number[];
}

/** The changes of a row since the same row of the file. Positive is worse. */
export interface RowChange {
  readonly row: SavedRow;
  readonly before: SavedRow;
  /** Change of the mean time, in percent. */
  readonly time: Change;
  /** Change of the share of 429s, in percentage points. */
  readonly points: Change;
}

export interface Change {
  readonly by: number;
  /** Standard error of `by`. It is 0 if every seed changes by the same amount. */
  readonly error: number;
  /** `"noise"`: above the tolerance, but within {@link ERRORS} standard errors. Five seeds are too few to decide. */
  readonly verdict: "fine" | "noise" | "worse";
}

const TIME_TOLERANCE_PERCENT = 1;
/** The time of processes that share a limit depends on chance. */
const SHARED_TIME_TOLERANCE_PERCENT = 3;
const TOLERANCE_POINTS = 0.2;

/** With five seeds, chance alone exceeds 3 standard errors in one row of 50. */
const ERRORS = 3;

/**
 * Compares each row with the row of the same scenario, requests and round trip.
 *
 * @throws Error if the file has no such row. Without the error, a renamed scenario would pass.
 */
export function compare(rows: readonly SavedRow[], before: readonly SavedRow[]): RowChange[] {
  return rows.map((row) => {
    const counterpart = before.find((other) => keyOf(other) === keyOf(row));
    if (!counterpart)
      throw new Error(`Cannot compare: the file has no row "${keyOf(row)}"; write it with --json`);
    return changeOf(row, counterpart);
  });
}

/** Prints the changes. @returns how many rows are worse. */
export function printChanges(changes: readonly RowChange[]): number {
  console.table(
    changes.map(({ row: { scenario, requests, rtt }, time, points }) => ({
      scenario,
      requests,
      rtt,
      "time %": round(time.by, 2),
      "± %": round(time.error, 2),
      "429 points": round(points.by, 2),
      "± points": round(points.error, 2),
      worse: [...verdictOf("time", time), ...verdictOf("429s", points)].join(", "),
    })),
  );
  const count = (verdict: Change["verdict"]): number =>
    changes.filter(({ time, points }) => time.verdict === verdict || points.verdict === verdict).length;
  const worse = count("worse");
  if (count("noise") > 0) {
    console.log(
      "Changes in brackets are above the tolerance, but within the noise: run both sides with more seeds",
    );
  }
  console.log(worse === 0 ? "no row is worse" : `${worse} rows are worse`);
  return worse;
}

function verdictOf(name: string, { verdict }: Change): string[] {
  if (verdict === "fine") return [];
  return [verdict === "worse" ? name : `(${name})`];
}

function changeOf(row: SavedRow, before: SavedRow): RowChange {
  const seeds = seedsOf(row, before);
  const times = pairs(seeds, row.elapsedMs, before.elapsedMs);
  const base = mean(times.map(([, then]) => then));
  const shares = pairs(seeds, percentages(row), percentages(before));
  return {
    row,
    before,
    time: judge(
      times.map(([now, then]) => ((now - then) / base) * 100),
      row.processes > 1 ? SHARED_TIME_TOLERANCE_PERCENT : TIME_TOLERANCE_PERCENT,
    ),
    points: judge(
      shares.map(([now, then]) => now - then),
      TOLERANCE_POINTS,
    ),
  };
}

/**
 * Compares the mean of the differences with the tolerance.
 *
 * @param differences - One per seed. They have no noise if a change of the code keeps the random numbers.
 */
function judge(differences: readonly number[], tolerance: number): Change {
  const by = mean(differences);
  const error = standardError(differences);
  if (by <= tolerance) return { by, error, verdict: "fine" };
  return { by, error, verdict: by > ERRORS * error ? "worse" : "noise" };
}

/** Returns the number of seeds that both rows have. A row that does not depend on chance has the same value for all. */
function seedsOf(...rows: readonly SavedRow[]): number {
  const counts = rows.map(({ elapsedMs }) => elapsedMs.length).filter((count) => count > 1);
  return Math.min(...counts, Math.max(1, ...counts));
}

function pairs(seeds: number, now: readonly number[], then: readonly number[]): [number, number][] {
  return Array.from({ length: seeds }, (_, seed) => [valueOf(now, seed), valueOf(then, seed)]);
}

function valueOf(values: readonly number[], seed: number): number {
  return (values.length === 1 ? values[0] : values[seed]) as number;
}

function percentages({ sent, rateLimited }: SavedRow): number[] {
  return sent.map((count, seed) => ((rateLimited[seed] as number) / count) * 100);
}

function keyOf({ scenario, requests, rtt }: SavedRow): string {
  return `${scenario}, ${requests} requests, ${rtt} ms`;
}
