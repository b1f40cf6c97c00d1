/** The option `cache`. */

import { rejectUnknown } from "./option-reader.js";
import type { Option } from "./option-types.js";

/**
 * Stores vectors between runs: any LangChain `BaseStore<string, Uint8Array>`, or another object that reads and writes
 * several byte strings at once. If it throws, the client emits an event and embeds the texts again.
 */
export interface ByteStore {
  /** Returns one entry per key, in order; `undefined` for a key without an entry. */
  mget(keys: string[]): Promise<(Uint8Array | undefined)[]>;
  /** Stores entries by key. An existing entry is replaced. */
  mset(entries: [string, Uint8Array][]): Promise<void>;
}

type Given = ByteStore | { store: ByteStore; namespace?: string | undefined };

/** A store, and the namespace of its entries. */
export interface ResolvedCache {
  readonly store: ByteStore;
  readonly namespace: string;
}

/** A byte store, with or without a namespace. */
export const byteStore: Option<Given, ResolvedCache | undefined> = {
  check: (value, _, error) => {
    const { store, namespace = "" } = isByteStore(value) ? { store: value } : ownParts(value);
    if (isByteStore(store) && typeof namespace === "string") {
      if (store !== value) rejectUnknown(value as Parts, PARTS, error, "cache.");
      return { store, namespace };
    }
    throw error(
      "`cache` has no `mget` and `mset`",
      "pass a LangChain byte store, or { store, namespace } with one",
    );
  },
  default: () => undefined,
};

interface Parts {
  readonly store?: unknown;
  readonly namespace?: unknown;
}

const PARTS: Required<Parts> = { store: true, namespace: true };

/** Only own properties count: a polluted `Object.prototype` could have a namespace. */
function ownParts(value: unknown): Parts {
  return Object.assign(Object.create(null) as Parts, value);
}

function isByteStore(value: unknown): value is ByteStore {
  const store = Object(value) as Partial<ByteStore>;
  return typeof store.mget === "function" && typeof store.mset === "function";
}
