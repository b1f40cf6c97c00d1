/** The option `cache`. */

import type { Option, OptionError } from "./option-types.js";

/**
 * Where vectors are kept between runs: any LangChain `BaseStore<string, Uint8Array>`, or any other object that reads
 * and writes several byte strings at once. If it throws, the client emits an event, and embeds the texts again.
 */
export interface ByteStore {
  /** Returns one entry per key, in order; `undefined` for a key without an entry. */
  mget(keys: string[]): Promise<(Uint8Array | undefined)[]>;
  /** Stores entries by key. An existing entry is replaced. */
  mset(entries: [string, Uint8Array][]): Promise<void>;
}

type Given = ByteStore | { store: ByteStore; namespace?: string | undefined };

/** A store, and what separates its entries from others. */
export interface ResolvedCache {
  readonly store: ByteStore;
  readonly namespace: string;
}

/** A byte store, with or without a namespace. */
export function byteStore(): Option<Given, ResolvedCache | undefined> {
  return { check, convert, default: () => undefined };
}

function check(value: unknown, _: string, error: OptionError): Given {
  if (isByteStore(value)) return value;
  const { store, namespace = "" } = Object(value) as { store?: unknown; namespace?: unknown };
  if (isByteStore(store) && typeof namespace === "string") return { store, namespace };
  throw error(
    "`cache` has no `mget` and `mset`",
    "pass a LangChain byte store, or { store, namespace } with one",
  );
}

function convert(given: Given): ResolvedCache {
  if (isByteStore(given)) return { store: given, namespace: "" };
  return { store: given.store, namespace: given.namespace ?? "" };
}

function isByteStore(value: unknown): value is ByteStore {
  const store = Object(value) as Partial<ByteStore>;
  return typeof store.mget === "function" && typeof store.mset === "function";
}
