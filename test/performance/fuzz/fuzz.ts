/** Reads many corrupt responses. */

import { Chance } from "../simulation/jobs/chance.js";
import { drawBody } from "./bodies.js";
import { readByAll } from "./readers.js";

export interface FuzzReport {
  readonly bodies: number;
  /** Number of bodies that are JSON. */
  readonly json: number;
  /** How often a reader accepted a body. */
  readonly valid: number;
  /** One line per wrong result, with the command that reproduces it. */
  readonly failures: readonly string[];
}

/** Draws and reads bodies. @param seed - Seed of the first body; it increases by one per body. */
export function fuzz(bodies: number, seed: number): FuzzReport {
  const failures: string[] = [];
  const sums = { json: 0, valid: 0 };
  for (let body = seed; body < seed + bodies; body++) {
    const { text, requested } = drawBody(new Chance(body));
    const value = parsed(text);
    if (value !== undefined) sums.json += 1;
    // The client never passes a body that is not JSON to a reader. Here it is passed as a string.
    const { valid, problems } = readByAll(value === undefined ? text : value, requested);
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
