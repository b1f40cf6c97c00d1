/**
 * Keeps vectors in a byte store, by the hash of their text. A corrupt entry counts as missing. A failure of the store
 * delays a call, but does not fail it.
 */

import { untilAbort } from "../abort.js";
import type { Emit } from "../events.js";
import { sha256 } from "../sha256.js";
import type { ByteStore, ResolvedCache } from "../options/byte-store.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { Deadline } from "../request/deadline.js";
import type { RawVector } from "../request/vector-check.js";
import { decodeEntry, encodeEntry } from "./cache-entry.js";
import { toFloat32 } from "./vectors.js";

/** Part of every key. Change it with the key or the format of entries, so that old entries are not read. */
const FORMAT = "together-retrieval/2";

/** How long a store is not called after it hung, in milliseconds. */
const REST_MS = 60_000;

/** Keys per read: some stores do not accept a hundred thousand. */
const LOOKUP_SIZE = 2048;

/** The cache of one model at one address. */
export class VectorCache {
  readonly #store: ByteStore;
  readonly #prefix: string;
  readonly #timeout: number;
  readonly #emit: Emit;
  /** Ends all waits for the store after the timeout of one of them. */
  #hung = new AbortController();
  /** When the store may be called next, in milliseconds of `performance.now()`. */
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(options: ResolvedEmbedder, cache: ResolvedCache, emit: Emit) {
    this.#store = cache.store;
    const { baseURL, model } = options;
    this.#prefix = `${JSON.stringify([FORMAT, baseURL, model, cache.namespace])}\n`;
    this.#timeout = options.timeout;
    this.#emit = emit;
  }

  /** Whether the store may be called: it has not hung within the last minute. */
  get isResponsive(): boolean {
    return performance.now() >= this.#restsUntil;
  }

  /**
   * Returns the keys of texts as they are sent. Keys are hashes, so a store does not see the texts.
   *
   * @throws the signal's reason if it is aborted.
   */
  async keys(texts: readonly string[], signal?: AbortSignal): Promise<string[]> {
    const keys: string[] = [];
    for (let start = 0; start < texts.length; start += LOOKUP_SIZE) {
      signal?.throwIfAborted();
      const part = texts.slice(start, start + LOOKUP_SIZE);
      keys.push(...(await sha256(part.map((text) => this.#prefix + text))));
    }
    return keys;
  }

  /**
   * Reads the vectors of many keys.
   *
   * @param dimensions - The length that vectors must have, if it is known.
   * @returns a vector or `undefined` per key.
   * @throws the signal's reason if it is aborted.
   */
  async read(
    keys: readonly string[],
    dimensions: number | undefined,
    signal?: AbortSignal,
  ): Promise<(Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    let corrupt = 0;
    let wanted = dimensions;
    for (let start = 0; start < keys.length; start += LOOKUP_SIZE) {
      const part = keys.slice(start, start + LOOKUP_SIZE);
      const entries = await this.#lookUp(part, signal);
      part.forEach((key, index) => {
        const vector = decodeEntry(key, entries[index]);
        wanted ??= vector?.length;
        const sound = vector?.length === wanted ? vector : undefined;
        if (entries[index] && !sound) corrupt += 1;
        vectors.push(sound);
      });
    }
    const hits = vectors.filter((vector) => vector !== undefined).length;
    this.#emit({ type: "cache-lookup", hits, misses: keys.length - hits, corrupt });
    return vectors;
  }

  /** Writes vectors that have arrived. Never rejects. An abort ends the wait, not the writing. */
  async write(keys: readonly string[], vectors: readonly RawVector[], signal?: AbortSignal): Promise<void> {
    const entryOf = (key: string, index: number): [string, Uint8Array] => [
      key,
      encodeEntry(key, toFloat32(vectors[index] as RawVector)),
    ];
    await this.#withTimeout("write", signal, async () => this.#store.mset(keys.map(entryOf))).catch(() => {});
  }

  async #lookUp(
    keys: string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Uint8Array | undefined | null)[]> {
    const entries = await this.#withTimeout("read", signal, async () => this.#store.mget(keys));
    return Array.isArray(entries) ? entries : [];
  }

  /**
   * Waits for a store at most as long as for a request. After a timeout, the store is not called for a minute, and then
   * once. A store that hangs costs one timeout per minute, not one per operation.
   */
  async #withTimeout<Value>(
    phase: "read" | "write",
    signal: AbortSignal | undefined,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    signal?.throwIfAborted();
    if (!this.isResponsive) return undefined;
    const { signal: hung } = this.#hung;
    const isTrial = this.#restsUntil > Number.NEGATIVE_INFINITY;
    // Until the trial has ended, no other operation waits.
    if (isTrial) this.#restsUntil = Number.POSITIVE_INFINITY;
    const deadline = new Deadline(signal, this.#timeout);
    try {
      const value = await untilAbort(deadline.race(work()), hung);
      this.#restsUntil = Number.NEGATIVE_INFINITY;
      return value;
    } catch (reason) {
      const { isTimedOut } = deadline;
      if (isTimedOut) this.#rest();
      // A store that rejects has responded. After an abort, the next operation is the trial.
      else if (isTrial) this.#restsUntil = signal?.aborted ? performance.now() : Number.NEGATIVE_INFINITY;
      signal?.throwIfAborted();
      // Another operation has waited too long for the store, and reports it.
      if (hung.aborted && !isTimedOut) return undefined;
      const error = isTimedOut ? new Error(`no response within ${this.#timeout} ms`) : reason;
      this.#emit({ type: "cache-error", phase, error });
      return undefined;
    } finally {
      deadline.clear();
    }
  }

  #rest(): void {
    this.#restsUntil = performance.now() + REST_MS;
    this.#hung.abort();
    this.#hung = new AbortController();
  }
}
