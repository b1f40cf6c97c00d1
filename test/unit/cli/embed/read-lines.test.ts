import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLines } from "../../../../src/cli/embed/read-lines.js";

function tooLong(line: number): Error {
  return new Error(`line ${line} is too long`);
}

/** Splits bytes into pieces of a size. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe("readLines", () => {
  it("returns the same lines and positions for any chunks", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("é", "a", "\r", "\n", "\n\n"), { maxLength: 40 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, size) => {
          const bytes = Buffer.from(parts.join(""));
          const found: string[] = [];
          for await (const { lines, end, isTerminated } of readLines(pieces(bytes, size), 1000, tooLong)) {
            for (const { number, bytes: line } of lines) {
              found.push(line.toString());
              expect(number).toBe(found.length);
            }
            expect(bytes.toString("utf8", 0, end)).toBe(found.join("\n") + (isTerminated ? "\n" : ""));
          }
          const wanted = bytes.toString().split("\n");
          expect(found).toEqual(wanted.at(-1) === "" ? wanted.slice(0, -1) : wanted);
        },
      ),
    );
  });

  it("reads a line only up to its maximum length", async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) {
        read += 1;
        yield Buffer.from(read === 1 ? "a\nb" : "bb");
      }
    }
    const lines = readLines(endless(), 100, tooLong);
    await lines.next();
    await expect(lines.next()).rejects.toThrow("line 2 is too long");
    expect(read).toBe(51);
  });
});
