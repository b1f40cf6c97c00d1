/**
 * Makes a generator of numbers from 0 up to, not including, 1, which repeats itself for the same seed.
 *
 * @example
 * ```ts
 * import { createEmulator, seededRandom } from "together-retrieval/emulator";
 *
 * const emulator = createEmulator({ random: seededRandom(42) });
 * ```
 */
export function seededRandom(seed: number): () => number {
  // mulberry32: 32 bits of state are plenty for orders and ids, and it is four lines.
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A copy of the list in another order; a list of two or more never keeps the one it had. */
export function shuffled<Item>(list: readonly Item[], random: () => number): Item[] {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    // Sattolo's variant: no item may stay where it was, so the order is certain to differ.
    const other = Math.floor(random() * last);
    [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
  }
  return copy;
}
