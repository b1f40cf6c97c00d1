import type { Outcome } from "./race.js";

/** Seconds that one bar covers. */
const STEP = 0.25;

/** Seconds between two points of a line. */
const POINT = 0.1;

/** Requests a second in each step of time: all that were sent, and the refused among them. */
export function countsOf(
  { sent }: Outcome,
  until: number,
): [times: number[], all: number[], refused: number[]] {
  const steps = Math.max(1, Math.ceil(until / STEP));
  const [all, refused] = [zeros(steps), zeros(steps)];
  for (const { at, status } of sent) {
    const step = Math.min(steps - 1, Math.floor(at / STEP));
    all[step] = (all[step] ?? 0) + 1 / STEP;
    if (status === 429) refused[step] = (refused[step] ?? 0) + 1 / STEP;
  }
  return [all.map((_, step) => step * STEP), all, refused];
}

/** Most requests a second of an outcome. */
export function peakOf(outcome: Outcome, until: number): number {
  return Math.max(...countsOf(outcome, until)[1]);
}

/** How many were answered well until each point of time; it ends where the outcome ends. */
export function doneOf(
  { sent, seconds }: Outcome,
  until: number,
): [times: number[], done: (number | null)[]] {
  const times = zeros(Math.ceil(until / POINT) + 1).map((_, point) => point * POINT);
  const ends = sent.filter(({ status }) => status === 200).map(({ at, duration }) => at + duration);
  const done = times.map((time) =>
    time > seconds + POINT ? null : ends.filter((end) => end <= time).length,
  );
  return [times, done];
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}
