/**
 * Vectors by the hash of their text, over any byte store. An entry that does not hold what was once written there
 * counts as missing, and a store that fails costs time, never the job.
 */

import { onAbort } from "../abort.js";
import type { Emit } from "../events.js";
import { sha256 } from "../sha256.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { toFloat32 } from "./vectors.js";
import type { RawVector } from "../request/wire.js";

/** Part of every key: a change of the format below must not read what the old one wrote. */
const FORMAT = "together-retrieval/1";

/** `TRv1`, then eight bytes of the key, then a checksum; the floats begin at 16 and so stay aligned. */
const MAGIC = 0x31765254;
const HEADER_BYTES = 16;
const TAG_BYTES = 8;

/** Keys in one look-up: a hundred thousand at once is more than some stores take. */
const LOOKUP = 2048;

/** A text's place in the cache. */
export interface CacheKey {
  readonly name: string;
  /** Its first eight bytes again, to be found inside the entry: a store that mixes entries up is caught. */
  readonly tag: Uint8Array;
}

/** The cache of one model at one address. */
export class VectorCache {
  readonly #store: NonNullable<ResolvedEmbedder["cache"]>["store"];
  readonly #prefix: string;
  readonly #timeout: number;
  readonly #emit: Emit;
  #answers = true;

  constructor(options: ResolvedEmbedder, cache: NonNullable<ResolvedEmbedder["cache"]>, emit: Emit) {
    this.#store = cache.store;
    const { origin } = new URL(options.baseURL);
    this.#prefix = `${JSON.stringify([FORMAT, origin, options.model, cache.namespace])}\n`;
    this.#timeout = options.timeout;
    this.#emit = emit;
  }

  /** Whether the store is worth waiting for: it is not while it lets its time run out. */
  get answers(): boolean {
    return this.#answers;
  }

  /**
   * The keys of texts as they are sent. They are hashes: a store does not learn the texts.
   *
   * @throws the signal's reason if it is aborted.
   */
  async keys(texts: readonly string[], signal?: AbortSignal): Promise<CacheKey[]> {
    const keys: CacheKey[] = [];
    for (let start = 0; start < texts.length; start += LOOKUP) {
      signal?.throwIfAborted();
      const part = texts.slice(start, start + LOOKUP);
      const names = await sha256(part.map((text) => this.#prefix + text));
      keys.push(...names.map((name) => ({ name, tag: tagOf(name) })));
    }
    return keys;
  }

  /**
   * Looks many texts up at once.
   *
   * @param dimensions - The length that vectors must have, if it is known.
   * @returns a vector or `undefined` for each key.
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
    for (let start = 0; start < keys.length; start += LOOKUP) {
      const part = keys.slice(start, start + LOOKUP);
      const names = part.map((key) => key.name);
      // Who has not answered once is not asked again: a list of a million would wait five hundred times.
      const entries = start > 0 && !this.#answers ? [] : await this.#lookUp(names, signal);
      part.forEach((key, place) => {
        const entry = entries[place];
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

  /** Writes what has just arrived. Never rejects; an abort ends the wait, not the writing. */
  async write(keys: readonly CacheKey[], vectors: readonly RawVector[], signal?: AbortSignal): Promise<void> {
    const entries = keys.map((key, place): [string, Uint8Array] => [
      key.name,
      encode(toFloat32(vectors[place] as RawVector), key.tag),
    ]);
    await this.#guard("write", signal, () => this.#store.mset(entries)).catch(() => {});
  }

  async #lookUp(
    names: string[],
    signal: AbortSignal | undefined,
  ): Promise<readonly (Uint8Array | undefined | null)[]> {
    const entries = await this.#guard("read", signal, () => this.#store.mget(names));
    return Array.isArray(entries) ? entries : [];
  }

  /** A store that hangs must not hang the job: it gets as long as a request, and no longer than the caller waits. */
  async #guard<Value>(
    phase: "read" | "write",
    signal: AbortSignal | undefined,
    work: () => Promise<Value>,
  ): Promise<Value | undefined> {
    signal?.throwIfAborted();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let unlink: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      const late = (): void => {
        this.#answers = false;
        reject(new Error(`no answer within ${this.#timeout} ms`));
      };
      timer = setTimeout(late, this.#timeout);
      unlink = signal && onAbort(signal, () => reject(signal.reason));
    });
    // A store that throws before it returns a promise leaves this one alone, with an abort that may still come.
    ended.catch(() => {});
    try {
      const value = await Promise.race([work(), ended]);
      this.#answers = true;
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
  // Stores hand out views into larger buffers, at any offset; a vector has its memory to itself.
  const vector = new Float32Array(bytes / 4);
  new Uint8Array(vector.buffer).set(value.subarray(HEADER_BYTES));
  const intact =
    header.getUint32(0, true) === MAGIC &&
    tag.every((byte, place) => value[4 + place] === byte) &&
    header.getUint32(12, true) === checksum(vector);
  return intact ? vector : undefined;
}

/** FNV-1a over whole words: catches damage, not malice. */
function checksum(vector: Float32Array): number {
  const words = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let sum = 0x811c9dc5;
  for (let place = 0; place < words.length; place++)
    sum = Math.imul(sum ^ (words[place] as number), 0x01000193);
  return sum >>> 0;
}

/** The first bytes of a key, from its digits. */
function tagOf(name: string): Uint8Array {
  const tag = new Uint8Array(TAG_BYTES);
  for (let place = 0; place < TAG_BYTES; place++) {
    tag[place] = Number.parseInt(name.slice(2 * place, 2 * place + 2), 16);
  }
  return tag;
}
