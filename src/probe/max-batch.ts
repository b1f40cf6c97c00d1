import { refusal, type Reply } from "./probe-client.js";

/** How many a request may hold, as far as it was tried. */
export interface Most {
  /** The largest number that was accepted; 0 if none was. */
  readonly accepted: number;
  /** What happened above it; `undefined` if nothing was refused. */
  readonly refused: string | undefined;
}

const MOST_TRIED = 2048;
const LEAST_TRIED = 16;

/** Requests that {@link mostAccepted} sends at most. */
export const MOST_TRIES = Math.log2(MOST_TRIED / LEAST_TRIED) + 1;

/**
 * Halves the number until it is accepted: with a 200, and with an answer to each. A server may well leave out what is
 * too much for it, or have a default for how many results it returns.
 *
 * @param answersIn - How many an answer holds; `undefined` if it is none.
 */
export async function mostAccepted(
  ask: (count: number) => Promise<Reply>,
  answersIn: (reply: Reply) => number | undefined,
): Promise<Most> {
  let refused: string | undefined;
  for (let count = MOST_TRIED; count >= LEAST_TRIED; count /= 2) {
    const reply = await ask(count);
    const answers = answersIn(reply);
    if (answers === count) return { accepted: count, refused };
    refused = `${count} ${answers === undefined ? refusal(reply) : `answered with ${answers}`}`;
  }
  return { accepted: 0, refused };
}

export function inWords({ accepted, refused }: Most): string {
  if (accepted === 0) return `none accepted: ${refused}`;
  return refused === undefined ? `${accepted} or more` : `${accepted}; ${refused}`;
}
