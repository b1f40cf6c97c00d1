/** Writes vectors as JSON. `JSON.stringify` takes ten times as long, and 21 bytes per number instead of 13. */

/** The longest number has 22 bytes: -123456789 with twelve zeros. The others are for its comma, and to be sure. */
export const MAX_NUMBER_BYTES = 24;

const ZERO = 48;
const MINUS = 45;
const COMMA = 44;

/**
 * The three digits of each number below 1,000, the first digit in the lowest byte. A larger table does not stay in the
 * fastest cache of the processor.
 */
const THREE_DIGITS = Uint32Array.from({ length: 1000 }, (_, number) =>
  Buffer.from(`${String(number).padStart(3, "0")}0`, "latin1").readUInt32LE(),
);

/** Memory that is filled from its beginning. `bytes` and `view` are the same memory. */
export interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Bytes that are filled. */
  length: number;
}

/** `0.00`, as a number whose first byte is the lowest one. */
const ZERO_DOT_ZEROS = Buffer.from("0.00").readUInt32LE();

/** Makes nine digits of a number with so many zeros after its point. */
const SCALES = Float64Array.of(1e9, 1e10, 1e11, 1e12);

/**
 * Appends the numbers of a vector, with a comma between two of them.
 *
 * Nine significant digits identify each number of single precision. The block must have space for
 * {@link MAX_NUMBER_BYTES} per number.
 */
export function appendVector(block: Block, vector: Float32Array): void {
  const { bytes, view } = block;
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let at = block.length;
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] as number;
    const size = Math.abs(value);
    if (size >= 1e-4 && size < 1) {
      // No branch: a processor cannot predict the sign, and this is half as slow.
      bytes[at] = MINUS;
      at = appendFraction(bytes, view, at + ((bits[index] as number) >>> 31), size);
    } else {
      at += bytes.write(rareNumber(value), at, "latin1");
    }
    bytes[at++] = COMMA;
  }
  block.length = vector.length > 0 ? at - 1 : at;
}

/** Appends a number from 0.0001 to 1. @returns the place after it. */
function appendFraction(bytes: Buffer, view: DataView, start: number, size: number): number {
  const zeros = size >= 0.1 ? 0 : size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3;
  view.setUint32(start, ZERO_DOT_ZEROS, true);
  bytes[start + 4] = ZERO;
  const at = start + 2 + zeros;
  // Not `Math.trunc`, which keeps the numbers floating: these are integers of 32 bits.
  const digits = (size * (SCALES[zeros] as number) + 0.5) | 0;
  const six = (digits / 1000) | 0;
  const three = (six / 1000) | 0;
  // Each writes a fourth byte, which the next one overwrites.
  view.setUint32(at, THREE_DIGITS[three] as number, true);
  view.setUint32(at + 3, THREE_DIGITS[six - three * 1000] as number, true);
  view.setUint32(at + 6, THREE_DIGITS[digits - six * 1000] as number, true);
  let end = at + 9;
  while (bytes[end - 1] === ZERO) end--;
  return end;
}

/** Formats a number that vectors of usual models seldom hold. */
function rareNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(Number(value.toPrecision(9)));
}
