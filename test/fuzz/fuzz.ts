/** Reads many corrupt answers. */

import { Chance } from "../simulation/jobs/chance.js";
import { drawBody } from "./bodies.js";
import { readByAll } from "./readers.js";

export interface FuzzReport {
  readonly bodies: number;
  /** Those that still were JSON. */
  readonly json: number;
  /** How often a reader found something valid in one. */
  readonly valid: number;
  /** A line for each body that was read wrongly, with what reproduces it. */
  readonly failures: readonly string[];
}

/** @param seed - Of the first body; the next has the next. */
export function fuzz(bodies: number, seed: number): FuzzReport {
  const failures: string[] = [];
  const sums = { json: 0, valid: 0 };
  for (let body = seed; body < seed + bodies; body++) {
    const { text, asked } = drawBody(new Chance(body));
    const value = parsed(text);
    if (value !== undefined) sums.json += 1;
    // What is no JSON never comes so far; as a text it is still something to be read.
    const { valid, problems } = readByAll(value === undefined ? text : value, asked);
    sums.valid += valid;
    for (const problem of problems)
      failures.push(`npm run fuzz -- --bodies 1 --seed ${body}   # ${problem}: ${text}`);
  }
  return { bodies, ...sums, failures };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
