import { describe, expect, it } from "vitest";
import { readByAll } from "./readers.js";
import { fuzz } from "./fuzz.js";

describe("a corrupt answer", () => {
  it("is a valid one or an InvalidAnswer, and nothing else, whatever was damaged", () => {
    const { failures, json, valid } = fuzz(20_000, 1);
    expect(failures).toEqual([]);
    // Were nothing valid, or all of it, the damage would prove little.
    expect(json).toBeGreaterThan(10_000);
    expect(valid).toBeGreaterThan(20_000);
  });

  const sizes: [string, (size: number) => unknown][] = [
    ["vectors", (size) => ({ data: list(size, (index) => ({ index, embedding: [0.5, 1] })) })],
    ["one long vector", (size) => ({ data: [{ index: 0, embedding: Array(size).fill(0.5) }] })],
    ["results", (size) => ({ results: list(size, (index) => ({ index, relevance_score: 0.5 })) })],
    [
      "the same index again and again",
      (size) => ({ data: list(size, () => ({ index: 0, embedding: [1] })) }),
    ],
    ["base64 that is none", (size) => ({ data: [{ index: 0, embedding: "=".repeat(size) }] })],
    ["a long message", (size) => ({ error: { message: " ".repeat(size) } })],
  ];

  it.each(sizes)("takes no more than its share of time when it is long: %s", (_, body) => {
    const time = (size: number): number => {
      const value = body(size);
      const startedAt = performance.now();
      readByAll(value, size);
      return performance.now() - startedAt;
    };
    time(20_000);
    const [small, large] = [time(20_000), time(320_000)];
    // Sixteen times as long; its square would be 256 times.
    expect(large).toBeLessThan(64 * small + 100);
  });
});

function list<Item>(size: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: size }, (_, index) => item(index));
}
