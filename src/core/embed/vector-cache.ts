/**
 * Keeps vectors in a byte store, by the hash of their text. An entry that does not hold what was written to it counts
 * as missing. A store that fails costs time, and never the call.
 */

import { onAbort } from "../abort.js";
import type { Emit } from "../events.js";
import { sha256 } from "../sha256.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { toFloat32 } from "./vectors.js";
import type { RawVector } from "../request/wire.js";

/** Part of every key. Change it with the format below, so that old entries are not read. */
const FORMAT = "together-retrieval/1";

/** An entry is `TRv1`, eight bytes of the key, a checksum, and from byte 16 (aligned) the floats. */
const MAGIC = 0x31765254;
const HEADER_BYTES = 16;
const TAG_BYTES = 8;

/** Keys per read: some stores do not accept a hundred thousand. */
const LOOKUP_SIZE = 2048;

/** The key of a text. */
export interface CacheKey {
  readonly name: string;
  /** The first eight bytes of `name`. They are in the entry as well, so that a store that mixes entries up is detected. */
  readonly tag: Uint8Array;
}

/** The cache of one model at one address. */
export class VectorCache {
  readonly #store: NonNullable<ResolvedEmbedder["cache"]>["store"];
  readonly #prefix: string;
  readonly #timeout: number;
  readonly #emit: Emit;
  #isResponsive = true;

  constructor(options: ResolvedEmbedder, cache: NonNullable<ResolvedEmbedder["cache"]>, emit: Emit) {
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
  async keys(texts: readonly string[], signal?: AbortSignal): Promise<CacheKey[]> {
    const keys: CacheKey[] = [];
    for (let start = 0; start < texts.length; start += LOOKUP_SIZE) {
      signal?.throwIfAborted();
      const part = texts.slice(start, start + LOOKUP_SIZE);
      const names = await sha256(part.map((text) => this.#prefix + text));
      keys.push(...names.map((name) => ({ name, tag: tagOf(name) })));
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
    keys: readonly CacheKey[],
    dimensions: number | undefined,
    signal?: AbortSignal,
  ): Promise<(Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    let corrupt = 0;
    let wanted = dimensions;
    for (let start = 0; start < keys.length; start += LOOKUP_SIZE) {
      const part = keys.slice(start, start + LOOKUP_SIZE);
      const names = part.map((key) => key.name);
      // A store that timed out once is not asked again: a list of a million texts would wait five hundred times.
      const entries = start > 0 && !this.#isResponsive ? [] : await this.#lookUp(names, signal);
      part.forEach((key, index) => {
        const entry = entries[index];
        const vector = entry ? decode(entry, key.tag) : undefined;
        wanted ??= vector?.length;
        const sound = vector?.length === wanted ? vector : undefined;
        if (entry && !sound) corrupt += 1;
        vectors.push(sound);
      });
    }
    const hits = vectors.filter((vector) => vector !== undefined).length;
    this.#emit({ type: "cache-lookup", hits, misses: keys.length - hits, corrupt });
    return vectors;
  }

  /** Writes vectors that have arrived. Never rejects. An abort ends the wait, not the writing. */
  async write(keys: readonly CacheKey[], vectors: readonly RawVector[], signal?: AbortSignal): Promise<void> {
    const entries = keys.map((key, index): [string, Uint8Array] => [
      key.name,
      encode(toFloat32(vectors[index] as RawVector), key.tag),
    ]);
    await this.#withTimeout("write", signal, () => this.#store.mset(entries)).catch(() => {});
  }

  async #lookUp(
    names: string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Uint8Array | undefined | null)[]> {
    const entries = await this.#withTimeout("read", signal, () => this.#store.mget(names));
    return Array.isArray(entries) ? entries : [];
  }

  /** Waits for a store as long as for a request, so that a store that hangs does not hang the call. */
  async #withTimeout<Value>(
    phase: "read" | "write",
    signal: AbortSignal | undefined,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    signal?.throwIfAborted();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unlink: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      const late = (): void => {
        this.#isResponsive = false;
        reject(new Error(`no response within ${this.#timeout} ms`));
      };
      timer = setTimeout(late, this.#timeout);
      unlink = signal && onAbort(signal, () => reject(signal.reason));
    });
    // If the store throws before it returns a promise, nothing awaits this one, and an abort may still reject it.
    ended.catch(() => {});
    try {
      const value = await Promise.race([work(), ended]);
      this.#isResponsive = true;
      return value;
    } catch (error) {
      signal?.throwIfAborted();
      this.#emit({ type: "cache-error", phase, error });
      return undefined;
    } finally {
      clearTimeout(timer);
      unlink?.();
    }
  }
}

function encode(vector: Float32Array, tag: Uint8Array): Uint8Array {
  const entry = new Uint8Array(HEADER_BYTES + vector.byteLength);
  const header = new DataView(entry.buffer);
  header.setUint32(0, MAGIC, true);
  entry.set(tag, 4);
  header.setUint32(12, checksum(vector), true);
  new Float32Array(entry.buffer, HEADER_BYTES).set(vector);
  return entry;
}

function decode(value: unknown, tag: Uint8Array): Float32Array | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  const bytes = value.byteLength - HEADER_BYTES;
  if (bytes <= 0 || bytes % 4 !== 0) return undefined;
  const header = new DataView(value.buffer, value.byteOffset, HEADER_BYTES);
  // Stores return views into larger buffers, at any offset. A vector gets memory of its own.
  const vector = new Float32Array(bytes / 4);
  new Uint8Array(vector.buffer).set(value.subarray(HEADER_BYTES));
  const intact =
    header.getUint32(0, true) === MAGIC &&
    tag.every((byte, index) => value[4 + index] === byte) &&
    header.getUint32(12, true) === checksum(vector);
  return intact ? vector : undefined;
}

/** FNV-1a over 32-bit words. Detects corruption, not manipulation. */
function checksum(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let sum = 0x811c9dc5;
  for (let index = 0; index < words.length; index++)
    sum = Math.imul(sum ^ (words[index] as number), 0x01000193);
  return sum >>> 0;
}

/** The first bytes of a key, from its hexadecimal digits. */
function tagOf(name: string): Uint8Array {
  const tag = new Uint8Array(TAG_BYTES);
  for (let index = 0; index < TAG_BYTES; index++) {
    tag[index] = Number.parseInt(name.slice(2 * index, 2 * index + 2), 16);
  }
  return tag;
}
