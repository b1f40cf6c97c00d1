/** Caches that work, dawdle, fail, hang and lie. */

import type { ByteStore } from "../../../../src/index.js";
import { MemoryStore } from "../../../support/store.js";
import type { Chance } from "./chance.js";
import type { CacheKind } from "./plan.js";

type Entry = Uint8Array | undefined;

/**
 * @param wait - Lets virtual time pass.
 */
export function storeOf(kind: CacheKind, chance: Chance, wait: (ms: number) => Promise<void>): ByteStore {
  const sound = new MemoryStore();
  const dawdle = (): Promise<void> => wait(chance.spread(1, 2000));
  const fail = async (): Promise<never> => {
    await wait(chance.whole(0, 20));
    throw new Error("the store is down");
  };
  const half = (bad: () => Promise<never>): ByteStore => ({
    mget: (keys) => (chance.holds(0.5) ? bad() : sound.mget(keys)),
    mset: (entries) => (chance.holds(0.5) ? bad() : sound.mset(entries)),
  });
  const stores: Readonly<Record<CacheKind, ByteStore>> = {
    sound,
    slow: {
      mget: (keys) => dawdle().then(() => sound.mget(keys)),
      mset: (entries) => dawdle().then(() => sound.mset(entries)),
    },
    failing: half(fail),
    throwing: { mget: broken, mset: broken },
    hanging: half(() => new Promise(() => {})),
    lying: {
      mget: async (keys) => lie(await sound.mget(keys), chance),
      mset: (entries) => sound.mset(entries),
    },
  };
  return stores[kind];
}

/** Not even a promise. */
function broken(): never {
  throw new Error("the store is broken");
}

/** What it read, in another order, in part, corrupt, or something else altogether. */
function lie(entries: Entry[], chance: Chance): Entry[] {
  const how = chance.kind({ truth: 2, order: 3, fewer: 1, more: 1, damage: 3, cut: 2, nonsense: 2 });
  if (how === "order") return entries.toReversed();
  if (how === "fewer") return entries.slice(1);
  if (how === "more") return [...entries, ...entries];
  if (how === "damage") return entries.map((entry) => entry && damaged(entry, chance));
  if (how === "cut") return entries.map((entry) => entry?.subarray(0, chance.whole(0, entry.length)));
  if (how === "nonsense") return chance.pick(NONSENSE) as Entry[];
  return entries;
}

const NONSENSE: readonly unknown[] = [
  undefined,
  null,
  "nothing",
  {},
  [null, "text", 5, {}, [], new Uint8Array(0), new Uint8Array(16), new Uint8Array(20)],
];

function damaged(entry: Uint8Array, chance: Chance): Uint8Array {
  const copy = entry.slice();
  const place = chance.whole(0, copy.length - 1);
  copy[place] = (copy[place] as number) ^ (1 << chance.whole(0, 7));
  return copy;
}
