/** Where a stream gets its texts from: at once, slowly, with a failure, without an end. */

import type { CallPlan } from "./plan.js";
import type { World } from "./world.js";

export interface Source {
  readonly texts: Iterable<string> | AsyncIterable<string>;
  /** How many texts were taken from it. */
  read(): number;
  /** Whether it was left to clean up. */
  closed(): boolean;
}

/** What a failing source throws. */
export class SourceFailed extends Error {}

/** @param giveUp - What the caller does when it has had enough. */
export function sourceOf(
  { source, texts, giveUp: plan }: CallPlan,
  world: World,
  giveUp: () => void,
): Source {
  const state = { read: 0, closed: false };
  const read = (text: string): string => {
    state.read += 1;
    return text;
  };
  function* generator(): Generator<string> {
    try {
      for (const text of texts) yield read(text);
    } finally {
      state.closed = true;
    }
  }
  async function* slow(): AsyncGenerator<string> {
    for (const [index, text] of texts.entries()) {
      if (index % 10 === 0) await world.wait(index % 4 === 0 ? 250 : 3);
      yield read(text);
    }
  }
  async function* failing(): AsyncGenerator<string> {
    for (const text of texts.slice(0, texts.length / 2)) yield read(text);
    throw new SourceFailed("the source failed");
  }
  async function* hanging(): AsyncGenerator<string> {
    for (const text of texts) yield read(text);
    // A hang that begins with the abort itself is the hardest to hear.
    if (texts.length % 2 === 0) giveUp();
    await new Promise<never>(() => {});
  }
  const kinds = {
    generator,
    slow,
    failing,
    hanging,
    array: () => texts,
    stubborn: () => stubborn(generator(), plan?.how === "after"),
  };
  return { texts: kinds[source](), read: () => state.read, closed: () => state.closed };
}

/** Its clean-up fails, or never ends. */
function stubborn(iterator: Iterator<string>, endless: boolean): AsyncIterable<string> {
  let taken = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        taken += 1;
        return iterator.next();
      },
      return: () => {
        if (endless) return new Promise<never>(() => {});
        if (taken % 2 === 0) throw new SourceFailed("the clean-up failed");
        return Promise.reject(new SourceFailed("the clean-up failed"));
      },
    }),
  };
}
