/**
 * Keeps vectors in a byte store, by the hash of their text. An entry that does not hold what was written to it counts
 * as missing. A store that fails costs time, and never the call.
 */

import type { Emit } from "../events.js";
import { sha256 } from "../sha256.js";
import type { ByteStore, ResolvedCache } from "../options/byte-store.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { Deadline } from "../request/deadline.js";
import type { RawVector } from "../request/wire.js";
import { toFloat32 } from "./vectors.js";

/** Part of every key. Change it with the format below, so that old entries are not read. */
const FORMAT = "together-retrieval/1";

/**
 * An entry is `TRv1`, eight bytes of the key, a checksum, and from byte 16 (aligned) the floats. With the key, a store
 * that mixes entries up is detected.
 */
const MAGIC = 0x31765254;
const HEADER_BYTES = 16;

/** Keys per read: some stores do not accept a hundred thousand. */
const LOOKUP_SIZE = 2048;

/** The cache of one model at one address. */
export class VectorCache {
  readonly #store: ByteStore;
  readonly #prefix: string;
  readonly #timeout: number;
  readonly #emit: Emit;
  #isResponsive = true;

  constructor(options: ResolvedEmbedder, cache: ResolvedCache, emit: Emit) {
    this.#store = cache.store;
    const { origin } = new URL(options.baseURL);
    this.#prefix = `${JSON.stringify([FORMAT, origin, options.model, cache.namespace])}\n`;
    this.#timeout = options.timeout;
    this.#emit = emit;
  }

  /** Whether the store responded within the timeout when it was last asked. */
  get isResponsive(): boolean {
    return this.#isResponsive;
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
      // A store that timed out once is not asked again: a list of a million texts would wait five hundred times.
      const entries = start > 0 && !this.#isResponsive ? [] : await this.#lookUp(part, signal);
      part.forEach((key, index) => {
        const vector = decode(key, entries[index]);
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
    const entries = keys.map((key, index): [string, Uint8Array] => [
      key,
      encode(key, toFloat32(vectors[index] as RawVector)),
    ]);
    await this.#withTimeout("write", signal, async () => this.#store.mset(entries)).catch(() => {});
  }

  async #lookUp(
    keys: string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Uint8Array | undefined | null)[]> {
    const entries = await this.#withTimeout("read", signal, async () => this.#store.mget(keys));
    return Array.isArray(entries) ? entries : [];
  }

  /** Waits for a store as long as for a request, so that a store that hangs does not hang the call. */
  async #withTimeout<Value>(
    phase: "read" | "write",
    signal: AbortSignal | undefined,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    signal?.throwIfAborted();
    const deadline = new Deadline(signal, this.#timeout);
    try {
      const value = await deadline.race(work());
      this.#isResponsive = true;
      return value;
    } catch (reason) {
      signal?.throwIfAborted();
      if (deadline.isTimedOut) this.#isResponsive = false;
      const error = deadline.isTimedOut ? new Error(`no response within ${this.#timeout} ms`) : reason;
      this.#emit({ type: "cache-error", phase, error });
      return undefined;
    } finally {
      deadline.clear();
    }
  }
}

function encode(key: string, vector: Float32Array): Uint8Array {
  const entry = new Uint8Array(HEADER_BYTES + vector.byteLength);
  entry.set(headerOf(key, vector));
  new Float32Array(entry.buffer, HEADER_BYTES).set(vector);
  return entry;
}

function decode(key: string, entry: unknown): Float32Array | undefined {
  if (!(entry instanceof Uint8Array)) return undefined;
  const bytes = entry.byteLength - HEADER_BYTES;
  if (bytes <= 0 || bytes % 4 !== 0) return undefined;
  // Stores return views into larger buffers, at any offset. A vector gets memory of its own.
  const vector = new Float32Array(new Uint8Array(entry.subarray(HEADER_BYTES)).buffer);
  return headerOf(key, vector).every((byte, index) => byte === entry[index]) ? vector : undefined;
}

function headerOf(key: string, vector: Float32Array): Uint8Array {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  header.setUint32(0, MAGIC, true);
  header.setBigUint64(4, BigInt(`0x${key.slice(0, 16)}`));
  header.setUint32(12, checksum(vector), true);
  return new Uint8Array(header.buffer);
}

/** FNV-1a over 32-bit words. Detects corruption, not manipulation. */
function checksum(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let sum = 0x811c9dc5;
  for (let index = 0; index < words.length; index++)
    sum = Math.imul(sum ^ (words[index] as number), 0x01000193);
  return sum >>> 0;
}
