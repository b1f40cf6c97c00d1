/** The sources of a stream's texts: immediate, slow, failing, or without an end. */

import type { CallPlan } from "./plan.js";
import type { World } from "./world.js";

export interface Source {
  readonly texts: Iterable<string> | AsyncIterable<string>;
  /** Returns how many texts were read from it. */
  read(): number;
  /** Returns whether the stream closed it. */
  closed(): boolean;
}

/** The error of a failing source. */
export class SourceFailed extends Error {}

/** Creates the source of a call. @param giveUp - Aborts the call. */
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
    // A hang that begins at the same time as the abort is the hardest case.
    if (texts.length % 2 === 0) giveUp();
    await new Promise<never>(() => {});
  }
  const kinds = {
    generator,
    slow,
    failing,
    hanging,
    array: () => texts,
    failingClose: () => failingClose(generator(), plan?.how === "after"),
  };
  return { texts: kinds[source](), read: () => state.read, closed: () => state.closed };
}

/** Returns an iterator whose `return()` fails or never settles. */
function failingClose(iterator: Iterator<string>, endless: boolean): AsyncIterable<string> {
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
