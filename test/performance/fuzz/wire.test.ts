import { describe, expect, it } from "vitest";
import { readByAll } from "./readers.js";
import { fuzz } from "./fuzz.js";

describe("corrupt responses", () => {
  it("returns valid values or throws InvalidResponse", () => {
    const { failures, json, valid } = fuzz(20_000, 1);
    expect(failures).toEqual([]);
    // If no body or every body were valid, the test would prove little.
    expect(json).toBeGreaterThan(10_000);
    expect(valid).toBeGreaterThan(20_000);
  });

  const sizes: [string, (size: number) => unknown][] = [
    ["vectors", (size) => ({ data: list(size, (index) => ({ index, embedding: [0.5, 1] })) })],
    ["one long vector", (size) => ({ data: [{ index: 0, embedding: Array(size).fill(0.5) }] })],
    ["results", (size) => ({ results: list(size, (index) => ({ index, relevance_score: 0.5 })) })],
    ["one repeated index", (size) => ({ data: list(size, () => ({ index: 0, embedding: [1] })) })],
    ["invalid base64", (size) => ({ data: [{ index: 0, embedding: "=".repeat(size) }] })],
    ["a long message", (size) => ({ error: { message: " ".repeat(size) } })],
  ];

  it.each(sizes)("reads in linear time: %s", (_, body) => {
    // CPU time: the load of the machine does not count. The best of three leaves out garbage collection.
    const once = (size: number, readings: number): number => {
      const value = body(size);
      const start = process.cpuUsage();
      for (let reading = 0; reading < readings; reading++) readByAll(value, size);
      return process.cpuUsage(start).user / 1000;
    };
    const time = (size: number, readings: number): number =>
      Math.min(once(size, readings), once(size, readings), once(size, readings));
    time(5000, 1);
    // As much to read in both. A single small reading may count as 0 ms, by the ticks of the operating system.
    const [small, large] = [time(5000, 16), time(80_000, 1)];
    // Quadratic time would be 16 times as long.
    expect(large).toBeLessThan(4 * small + 50);
  });
});

function list<Item>(size: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: size }, (_, index) => item(index));
}
