/**
 * Vectors by the hash of their text, over any byte store. An entry that does not hold what was once written there
 * counts as missing, and a store that fails costs time, never the job.
 */

import type { Emit } from "./events.js";
import type { ResolvedEmbedder } from "./options.js";
import { toFloat32 } from "./vectors.js";
import type { RawVector } from "./wire.js";

/** Part of every key: a change of the format below must not read what the old one wrote. */
const FORMAT = "together-retrieval/1";

/** `TRv1`, then eight bytes of the key, then a checksum; the floats begin at 16 and so stay aligned. */
const MAGIC = 0x31765254;
const HEADER_BYTES = 16;

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

  constructor(options: ResolvedEmbedder, cache: NonNullable<ResolvedEmbedder["cache"]>, emit: Emit) {
    this.#store = cache.store;
    const { origin } = new URL(options.baseURL);
    this.#prefix = `${JSON.stringify([FORMAT, origin, options.model, cache.namespace])}\n`;
    this.#timeout = options.timeout;
    this.#emit = emit;
  }

  /** The keys of texts as they are sent. They are hashes: a store does not learn the texts. */
  keys(texts: readonly string[]): Promise<CacheKey[]> {
    const encoder = new TextEncoder();
    return Promise.all(
      texts.map(async (text) => {
        const hash = new Uint8Array(
          await globalThis.crypto.subtle.digest("SHA-256", encoder.encode(this.#prefix + text)),
        );
        return { name: hex(hash), tag: hash.subarray(0, 8) };
      }),
    );
  }

  /**
   * Looks many texts up at once.
   *
   * @param dimensions - The length that vectors must have, if it is known.
   * @returns a vector or `undefined` for each key.
   */
  async read(
    keys: readonly CacheKey[],
    dimensions: number | undefined,
  ): Promise<(Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = [];
    let damaged = 0;
    let wanted = dimensions;
    for (let start = 0; start < keys.length; start += LOOKUP) {
      const part = keys.slice(start, start + LOOKUP);
      const entries = await this.#lookUp(part.map((key) => key.name));
      part.forEach((key, place) => {
        const entry = entries[place];
        const vector = entry ? decode(entry, key.tag) : undefined;
        wanted ??= vector?.length;
        const sound = vector?.length === wanted ? vector : undefined;
        if (entry && !sound) damaged += 1;
        vectors.push(sound);
      });
    }
    const hits = vectors.filter((vector) => vector !== undefined).length;
    this.#emit({ type: "cache", hits, misses: keys.length - hits, damaged });
    return vectors;
  }

  /** Writes what has just arrived. Never rejects. */
  async write(keys: readonly CacheKey[], vectors: readonly RawVector[]): Promise<void> {
    const entries = keys.map((key, place): [string, Uint8Array] => [
      key.name,
      encode(toFloat32(vectors[place] as RawVector), key.tag),
    ]);
    await this.#guard("write", () => this.#store.mset(entries));
  }

  async #lookUp(names: string[]): Promise<readonly (Uint8Array | undefined | null)[]> {
    const entries = await this.#guard("read", () => this.#store.mget(names));
    return Array.isArray(entries) ? entries : [];
  }

  /** A store that hangs must not hang the job: it gets as long as a request. */
  async #guard<Value>(during: "read" | "write", work: () => Promise<Value>): Promise<Value | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.#timeout} ms`)), this.#timeout);
    });
    try {
      return await Promise.race([work(), late]);
    } catch (error) {
      this.#emit({ type: "cache-failure", during, error });
      return undefined;
    } finally {
      clearTimeout(timer);
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
  // Stores hand out views into larger buffers, at any offset: floats need a copy that is aligned.
  const entry = new Uint8Array(value);
  const header = new DataView(entry.buffer);
  const vector = new Float32Array(entry.buffer, HEADER_BYTES);
  const intact =
    header.getUint32(0, true) === MAGIC &&
    tag.every((byte, place) => entry[4 + place] === byte) &&
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

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte] as string;
  return text;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
