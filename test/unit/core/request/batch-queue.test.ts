import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Batch, BatchLimits } from "../../../../src/core/request/batch.js";
import { BatchQueue } from "../../../../src/core/request/batch-queue.js";

const list = fc.array(fc.record({ text: fc.string(), tokens: fc.nat(50) }), { maxLength: 60 });
const limits = fc.record({
  texts: fc.integer({ min: 1, max: 20 }),
  tokens: fc.integer({ min: 1, max: 120 }),
});

function queueOf(items: readonly { text: string; tokens: number }[]): BatchQueue {
  return new BatchQueue(
    items.map(({ text }) => text),
    items.map(({ tokens }) => tokens),
  );
}

function drain(queue: BatchQueue, most: BatchLimits): Batch[] {
  const taken: Batch[] = [];
  for (let one = queue.take(most); one; one = queue.take(most)) taken.push(one);
  return taken;
}

describe("BatchQueue", () => {
  it("returns every text once, in order", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        const taken = drain(queueOf(items), most);
        expect(taken.flatMap(({ positions }) => positions)).toEqual(items.map((_, position) => position));
        expect(taken.flatMap(({ texts }) => texts)).toEqual(items.map(({ text }) => text));
      }),
    );
  });

  it("keeps batches within the limits, except for a single text beyond them", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        for (const batch of drain(queueOf(items), most)) {
          const sum = batch.positions.reduce(
            (tokens, position) => tokens + (items[position]?.tokens ?? 0),
            0,
          );
          expect(batch.tokens).toBe(sum);
          expect(batch.texts.length).toBeLessThanOrEqual(most.texts);
          expect(batch.texts.length === 1 || batch.tokens <= most.tokens).toBe(true);
        }
      }),
    );
  });

  it("fills a batch to the last token", () => {
    const exact = queueOf([3, 4, 3].map((tokens) => ({ text: "x", tokens })));
    expect(exact.take({ texts: 9, tokens: 7 })?.positions).toEqual([0, 1]);
  });

  it("fills a batch until the next text does not fit", () => {
    fc.assert(
      fc.property(list, limits, (items, most) => {
        const taken = drain(queueOf(items), most);
        for (const [at, batch] of taken.slice(0, -1).entries()) {
          const next = items[taken[at + 1]?.positions[0] ?? 0]?.tokens ?? 0;
          expect(batch.texts.length === most.texts || batch.tokens + next > most.tokens).toBe(true);
        }
      }),
    );
  });

  it("loses no text when batches are put back and the limits change", () => {
    fc.assert(
      fc.property(list, limits, limits, fc.array(fc.boolean()), (items, first, second, rejections) => {
        const queue = queueOf(items);
        const kept: Batch[] = [];
        for (const isRejected of rejections) {
          const batch = queue.take(first);
          if (batch && isRejected) queue.putBack(batch);
          else if (batch) kept.push(batch);
        }
        kept.push(...drain(queue, second));
        const positions = kept.flatMap((batch) => batch.positions);
        expect(positions.toSorted((left, right) => left - right)).toEqual(
          items.map((_, position) => position),
        );
        expect(queue.empty).toBe(true);
      }),
    );
  });

  it("returns a batch that was put back before new texts", () => {
    const queue = queueOf([1, 2, 3, 4].map((tokens) => ({ text: String(tokens), tokens })));
    const most = { texts: 2, tokens: 100 };
    queue.putBack(queue.take(most) as Batch);
    expect(queue.take(most)?.texts).toEqual(["1", "2"]);
  });

  it("is not empty after a batch is put back", () => {
    const queue = queueOf([{ text: "1", tokens: 1 }]);
    const whole = queue.take({ texts: 2, tokens: 100 }) as Batch;
    expect(queue.empty).toBe(true);
    queue.putBack(whole);
    expect(queue.empty).toBe(false);
  });

  it("joins batches that were put back when the limit has grown", () => {
    const queue = queueOf([1, 2, 3, 4, 5].map((tokens) => ({ text: String(tokens), tokens })));
    const small = { texts: 2, tokens: 100 };
    const taken = [queue.take(small) as Batch, queue.take(small) as Batch];
    for (const batch of taken) queue.putBack(batch);
    expect(queue.take({ texts: 5, tokens: 100 })?.texts).toEqual(["1", "2", "3", "4", "5"]);
  });
});
