/** Little-endian float32 in base64, as Together has served vectors since 2025-09. */

/** Longer than any vector of any known model: what is beyond it is no vector, and is not read into memory. */
const MOST_DIMENSIONS = 65_536;

/**
 * A vector from base64, or `undefined` if it is not that.
 *
 * Node, Bun and Deno decode straight into the vector's memory; elsewhere the platform's own decoder does it. All
 * machines that run JavaScript today are little-endian, so the bytes are taken as they are.
 */
export function decodeBase64(text: string): Float32Array | undefined {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = (text.length * 3) / 4 - padding;
  if (!Number.isInteger(bytes) || bytes % 4 !== 0 || bytes > MOST_DIMENSIONS * 4) return undefined;
  const { Buffer } = globalThis as { Buffer?: NodeBuffer };
  // Memory of its own that nobody has cleared first: it is handed out only when it is full.
  const target = Buffer ? Buffer.allocUnsafeSlow(bytes) : new Uint8Array(bytes);
  return decodeInto(target, text) === bytes ? new Float32Array(target.buffer) : undefined;
}

interface NodeBuffer {
  allocUnsafeSlow(size: number): NodeBytes;
}

interface NodeBytes extends Uint8Array {
  write(text: string, encoding: "base64"): number;
}

/** Returns how many bytes were written: fewer than fit means that something in the text was not base64. */
function decodeInto(target: Uint8Array | NodeBytes, text: string): number {
  if ("write" in target) return target.write(text, "base64");
  try {
    const binary = atob(text);
    for (let place = 0; place < binary.length; place++) target[place] = binary.charCodeAt(place);
    return binary.length;
  } catch {
    return -1;
  }
}
