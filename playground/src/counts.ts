import type { Outcome } from "./race.js";

/** Seconds per bar. */
const STEP = 0.25;

/** Seconds between two points of a line. */
const POINT = 0.1;

/** Returns the requests per second in each step: all, and the successful ones. */
export function countsOf(
  { sent }: Outcome,
  until: number,
): [times: number[], all: number[], succeeded: number[]] {
  const steps = Math.max(1, Math.ceil(until / STEP));
  const [all, succeeded] = [zeros(steps), zeros(steps)];
  for (const { at, status } of sent) {
    const step = Math.min(steps - 1, Math.floor(at / STEP));
    all[step] = (all[step] ?? 0) + 1 / STEP;
    if (status === 200) succeeded[step] = (succeeded[step] ?? 0) + 1 / STEP;
  }
  return [all.map((_, step) => step * STEP), all, succeeded];
}

/** Returns the highest number of requests per second in a step. */
export function peakOf(outcome: Outcome, until: number): number {
  return Math.max(...countsOf(outcome, until)[1]);
}

/** Returns the number of successful requests at each time. The line ends when the client has finished. */
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
