/** Caches that work, are slow, fail, hang, or return wrong values. */

import type { ByteStore } from "../../../../src/index.js";
import { MemoryStore } from "../../../support/store.js";
import type { Chance } from "./chance.js";
import type { CacheKind } from "./plan.js";

type Entry = Uint8Array | undefined;

/** Creates a cache. @param wait - Waits for virtual time to pass. */
export function storeOf(kind: CacheKind, chance: Chance, wait: (ms: number) => Promise<void>): ByteStore {
  const correct = new MemoryStore();
  const delay = (): Promise<void> => wait(chance.spread(1, 2000));
  const fail = async (): Promise<never> => {
    await wait(chance.whole(0, 20));
    throw new Error("the store is down");
  };
  const half = (bad: () => Promise<never>): ByteStore => ({
    mget: (keys) => (chance.holds(0.5) ? bad() : correct.mget(keys)),
    mset: (entries) => (chance.holds(0.5) ? bad() : correct.mset(entries)),
  });
  const stores: Readonly<Record<CacheKind, ByteStore>> = {
    correct,
    slow: {
      mget: (keys) => delay().then(() => correct.mget(keys)),
      mset: (entries) => delay().then(() => correct.mset(entries)),
    },
    failing: half(fail),
    throwing: { mget: broken, mset: broken },
    hanging: half(() => new Promise(() => {})),
    corrupt: {
      mget: async (keys) => corrupted(await correct.mget(keys), chance),
      mset: (entries) => correct.mset(entries),
    },
  };
  return stores[kind];
}

/** Throws instead of returning a rejected promise. */
function broken(): never {
  throw new Error("the store is broken");
}

/** Returns the entries as they are, in another order, in part, corrupt, or replaced by other values. */
function corrupted(entries: Entry[], chance: Chance): Entry[] {
  const how = chance.kind({ unchanged: 2, order: 3, fewer: 1, more: 1, damage: 3, cut: 2, nonsense: 2 });
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
