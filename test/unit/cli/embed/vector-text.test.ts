import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendVector, MAX_NUMBER_BYTES, type Block } from "../../../../src/cli/embed/vector-text.js";

function textOf(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * MAX_NUMBER_BYTES, "x");
  const block: Block = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), length: 0 };
  appendVector(block, vector);
  return bytes.toString("latin1", 0, block.length);
}

function roundTrip(vector: Float32Array): Float32Array {
  return Float32Array.from(JSON.parse(`[${textOf(vector)}]`) as number[]);
}

/** Any bits that are a finite number. */
const anyFloat = fc
  .uint32Array({ minLength: 0, maxLength: 50 })
  .map(({ buffer }) => new Float32Array(buffer).map((number) => (Number.isFinite(number) ? number : 1)));

const smallFloat = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { maxLength: 50 })
  .map((numbers) => Float32Array.from(numbers));

describe("appendVector", () => {
  it("writes numbers that JSON reads as the same numbers of single precision, bit for bit", () => {
    fc.assert(
      fc.property(fc.oneof(anyFloat, smallFloat), (vector) => {
        expect(Buffer.from(roundTrip(vector).buffer)).toEqual(
          Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
        );
      }),
      { numRuns: 3000 },
    );
  });

  it("keeps every number next to a power of ten, and the extremes", () => {
    const powers = Array.from({ length: 84 }, (_, index) => Math.fround(10 ** (index - 45)));
    const bits = new Uint32Array(Float32Array.from(powers).buffer);
    const near = [...bits].flatMap((one) =>
      [one - 1, one, one + 1].filter((two) => two >= 0 && two < 0x7f80_0000),
    );
    const vector = new Float32Array(Uint32Array.from(near).buffer);
    expect(roundTrip(vector)).toEqual(vector);
    const extremes = Float32Array.of(0, -0, 2 ** -149, -(2 ** -149), 3.4028234663852886e38, 2 ** -126);
    expect(roundTrip(extremes)).toEqual(extremes);
  });

  it("writes nine significant digits at most, without zeros at the end", () => {
    expect(
      textOf(Float32Array.of(0.1, -0.5, 0.012_345_678_9, 0.000_25, 1, 2.5, 1e-7, -0, 0.099_999_994)),
    ).toBe("0.100000001,-0.5,0.0123456791,0.000250000012,1,2.5,1.00000001e-7,-0,0.099999994");
    expect(textOf(new Float32Array())).toBe("");
  });
});
