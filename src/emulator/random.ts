/**
 * Creates a random number generator from 0 up to, not including, 1. The same seed gives the same numbers.
 *
 * @example
 * ```ts
 * import { createEmulator, seededRandom } from "together-retrieval/emulator";
 *
 * const emulator = createEmulator({ random: seededRandom(42) });
 * ```
 */
export function seededRandom(seed: number): () => number {
  // mulberry32: 32 bits of state are enough for orders and ids, in four lines.
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Returns a copy of the list in another order. Every item of a list of two or more changes its index. */
export function shuffled<Item>(list: readonly Item[], random: () => number): Item[] {
  const copy = [...list];
  for (let last = copy.length - 1; last > 0; last--) {
    // Sattolo's algorithm, not Fisher-Yates: no item may keep its index, so the order always differs.
    const other = Math.floor(random() * last);
    [copy[last], copy[other]] = [copy[other] as Item, copy[last] as Item];
  }
  return copy;
}
