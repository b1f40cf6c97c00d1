/**
 * The bytes of a cached vector. An entry is `TRv1`, eight bytes of the key, a checksum, and from byte 16 (aligned) the
 * floats. The key detects a store that returns the entry of another key. Pure.
 */

import { MAX_DIMENSIONS } from "../options/embedder-options.js";
import { isVector } from "../request/vector-check.js";

const MAGIC = 0x31765254;
const HEADER_BYTES = 16;

/** Returns the entry of a vector. @param key - 64 hexadecimal digits. */
export function encodeEntry(key: string, vector: Float32Array): Uint8Array {
  const entry = new Uint8Array(HEADER_BYTES + vector.byteLength);
  entry.set(headerOf(key, vector));
  new Float32Array(entry.buffer, HEADER_BYTES).set(vector);
  return entry;
}

/** Returns the vector of an entry; `undefined` if it is not what {@link encodeEntry} returned for this key. */
export function decodeEntry(key: string, entry: unknown): Float32Array | undefined {
  // Not `instanceof Uint8Array`: a store in another realm, such as Jest's, has its own class.
  if (!ArrayBuffer.isView(entry)) return undefined;
  const bytes = entry.byteLength - HEADER_BYTES;
  if (bytes <= 0 || bytes % 4 !== 0 || bytes > MAX_DIMENSIONS * 4) return undefined;
  // Stores return views into larger buffers, at any offset. Each vector gets its own memory.
  const found = new Uint8Array(entry.buffer, entry.byteOffset, entry.byteLength);
  const vector = new Float32Array(new Uint8Array(found.subarray(HEADER_BYTES)).buffer);
  const isSound = headerOf(key, vector).every((byte, index) => byte === found[index]);
  return isSound && isVector(vector) ? vector : undefined;
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
