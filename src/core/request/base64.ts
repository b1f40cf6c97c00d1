/** Decodes vectors of little-endian float32 in base64. Together has served them since 2025-09. */

import { MAX_DIMENSIONS } from "../options/embedder-options.js";

/** Whether a text is longer than the base64 of any vector. No memory is allocated for it. */
export function isTooLong(text: string): boolean {
  return text.length > Math.ceil((MAX_DIMENSIONS * 4) / 3) * 4;
}

/**
 * Decodes a vector. Returns `undefined` if the text is not base64 of float32 numbers, or too many.
 *
 * Node, Bun and Deno decode into the vector's memory; other platforms use `atob`. The bytes are not reordered: all
 * machines that run JavaScript today are little-endian.
 */
export function decodeBase64(text: string): Float32Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = (text.length * 3) / 4 - padding;
  if (!Number.isInteger(bytes) || bytes % 4 !== 0 || bytes > MAX_DIMENSIONS * 4) return undefined;
  const { Buffer } = globalThis as { Buffer?: NodeBuffer };
  // Not zeroed and not pooled: the vector is returned only if every byte of it was written.
  const target = Buffer ? Buffer.allocUnsafeSlow(bytes) : new Uint8Array(bytes);
  return decodeInto(target, text) === bytes ? new Float32Array(target.buffer) : undefined;
}

/** Node's `Buffer` class, as far as it is used here. Bun and Deno have it too. */
export interface NodeBuffer {
  allocUnsafeSlow(size: number): NodeBytes;
  from(buffer: ArrayBufferLike, offset: number, length: number): NodeBytes;
}

export interface NodeBytes extends Uint8Array {
  write(text: string, encoding: "base64"): number;
  indexOf(value: string | number, from?: number): number;
  toString(encoding?: "utf8" | "latin1", start?: number, end?: number): string;
}

/** Returns the number of bytes written. It is less than the size of `target` if the text is not valid base64. */
function decodeInto(target: Uint8Array | NodeBytes, text: string): number {
  if ("write" in target) return target.write(text, "base64");
  try {
    const binary = atob(text);
    for (let position = 0; position < binary.length; position++) {
      target[position] = binary.charCodeAt(position);
    }
    return binary.length;
  } catch {
    return 0;
  }
}
