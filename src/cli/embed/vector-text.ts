/** Writes vectors as JSON. `JSON.stringify` takes ten times as long, and 21 bytes per number instead of 13. */

/** The longest number has 22 bytes: -123456789 with twelve zeros. The others are for its comma, and to be sure. */
export const MAX_NUMBER_BYTES = 24;

const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const COMMA = 44;

/** The four digits of each number below 10,000, the first digit in the lowest byte. */
const FOUR_DIGITS = Uint32Array.from({ length: 10_000 }, (_, number) =>
  Buffer.from(String(number).padStart(4, "0"), "latin1").readUInt32LE(),
);

/** Memory that is filled from its beginning. `bytes` and `view` are the same memory. */
export interface Block {
  readonly bytes: Buffer;
  readonly view: DataView;
  /** Bytes that are filled. */
  length: number;
}

/**
 * Appends the numbers of a vector, with a comma between two of them.
 *
 * Nine significant digits identify each number of single precision. The block must have space for
 * {@link MAX_NUMBER_BYTES} per number.
 */
export function appendVector(block: Block, vector: Float32Array): void {
  const { bytes, view } = block;
  let at = block.length;
  for (let index = 0; index < vector.length; index++) {
    at = appendNumber(bytes, view, at, vector[index] as number);
    bytes[at++] = COMMA;
  }
  block.length = vector.length > 0 ? at - 1 : at;
}

/** @returns the place after the number. */
function appendNumber(bytes: Buffer, view: DataView, start: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= 1e-4 && size < 1)) return start + bytes.write(rareNumber(value), start, "latin1");
  let at = start;
  if (value < 0) bytes[at++] = MINUS;
  const zeros = size >= 0.1 ? 0 : size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3;
  bytes[at] = ZERO;
  bytes[at + 1] = DOT;
  view.setUint32(at + 2, 0x30_30_30_30);
  at = appendDigits(bytes, view, at + 2 + zeros, Math.trunc(size * (SCALES[zeros] as number) + 0.5));
  while (bytes[at - 1] === ZERO) at--;
  return at;
}

/** Makes nine digits of a number with so many zeros after its point. */
const SCALES = [1e9, 1e10, 1e11, 1e12];

/** Appends a number of nine digits. */
function appendDigits(bytes: Buffer, view: DataView, at: number, number: number): number {
  const five = Math.trunc(number / 10_000);
  const first = Math.trunc(five / 10_000);
  bytes[at] = ZERO + first;
  view.setUint32(at + 1, FOUR_DIGITS[five - first * 10_000] as number, true);
  view.setUint32(at + 5, FOUR_DIGITS[number - five * 10_000] as number, true);
  return at + 9;
}

/** Formats a number that vectors of usual models seldom hold. */
function rareNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(Number(value.toPrecision(9)));
}
