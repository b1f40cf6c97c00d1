import { describe, expect, it, vi } from "vitest";
import { estimateTokens } from "../../../../src/core/embed/batch-queue.js";
import { Ranker } from "../../../../src/index.js";
import { bench, only, rejection, RERANK, texts } from "../../../support/emulate.js";
import { breathe } from "../../../support/time.js";

const identity = (text: string): string => text;

it("a ranker names itself where it cannot be made", () => {
  expect(() => new Ranker({ model: RERANK })).toThrow("Cannot create Ranker: there is no API key");
});

describe("rank()", () => {
  it("takes items of any kind, and gives back the very items", async () => {
    const { ranker } = bench();
    const items = [{ score: 3 }, { score: 9 }];
    const ranked = await ranker().rank("q", items, ({ score }) => `score ${score}`);
    expect(ranked[0]?.item).toBe(items[1]);
    expect(ranked).toEqual([
      { item: items[1], index: 1, score: 9 },
      { item: items[0], index: 0, score: 3 },
    ]);
  });

  it("takes an answer that repeats a long document, each character of it escaped", async () => {
    const { ranker } = bench();
    const document = "\u0001".repeat(200_000);
    const results = [{ index: 0, relevance_score: 1, document: { text: document } }];
    const fetch = async (): Promise<Response> => Response.json({ results });
    expect(await ranker({ fetch }).rank("q", [document], identity)).toMatchObject([{ index: 0, score: 1 }]);
  });

  it("asks for each item's text once", async () => {
    const { ranker } = bench();
    const textOf = vi.fn<typeof identity>(identity);
    await ranker().rank("q", ["1", "2"], textOf);
    expect(textOf.mock.calls).toEqual([["1"], ["2"]]);
  });

  it("keeps scores as the model gives them: no clamp, no scale", async () => {
    const { ranker } = bench();
    const ranked = await ranker().rank("q", ["-7.25", "12.5", "0.001"], identity);
    expect(ranked.map(({ score }) => score)).toEqual([12.5, 0.001, -7.25]);
  });

  it("leaves out what is blank, and tells which", async () => {
    const { ranker, events, bodies } = bench();
    const ranked = await ranker().rank("q", ["", "1", " \n", "2"], identity);
    expect(ranked.map(({ index }) => index)).toEqual([3, 1]);
    expect(bodies()[0]?.documents).toEqual(["1", "2"]);
    expect(only(events, "skipped-document")).toMatchObject([{ operation: "rerank", indexes: [0, 2] }]);
  });

  it("makes no request if all is blank", async () => {
    const { ranker, emulator } = bench();
    expect(await ranker().rank("q", ["", " "], identity)).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });

  it("tells of its request and the answer, and of nothing that is not the case", async () => {
    const { ranker, events } = bench();
    await ranker().rank("a query", ["document 1", "document 2"], identity);
    expect(events.map(({ type }) => type)).toEqual(["request", "answer"]);
    const estimatedTokens = estimateTokens("a query") + 2 * estimateTokens("document 1");
    expect(events[0]).toMatchObject({ texts: 2, estimatedTokens });
  });

  it("repeats nothing of query or documents that a refusal quotes", async () => {
    for (const quoted of ["what nobody may know", "what the document says"]) {
      const { ranker } = bench({ faults: () => ({ status: 422, message: `I mind "${quoted}"` }) });
      const ranking = ranker().rank("what nobody may know", ["1", "what the document says"], identity);
      const { message } = (await rejection(ranking)) as Error;
      expect(message).toMatch(/^Cannot rank 2 documents with "me\/rerank": .*may quote what was sent/);
      expect(message).not.toContain(quoted);
    }
  });

  it("goes before documents that wait to be embedded", async () => {
    const { embedder, ranker, emulator } = bench({
      latency: 50,
      models: { both: { type: "embedding", dimensions: 4 } },
    });
    const one = embedder({ model: "both", maxConcurrency: 1 });
    const embedding = texts(10).map((text) => one.embed([text]));
    await breathe();
    // The emulator refuses to rank by this model, and that is when it was asked.
    const ranking = rejection(ranker({ model: "both", maxConcurrency: 1 }).rank("q", ["1"], identity));
    await Promise.all([...embedding, ranking]);
    const turn = emulator.requests.findIndex(({ path }) => path === "/v1/rerank");
    // One of the texts may have left before it.
    expect(turn).toBeLessThanOrEqual(1);
    expect(emulator.requests.length).toBe(11);
  });
});

describe("a list longer than one request takes", () => {
  it("is split and merged, and an event says so", async () => {
    const { ranker, events, emulator } = bench();
    const items = ["3", "1", "5", "2", "4"];
    const ranked = await ranker({ batchSize: 2 }).rank("q", items, identity);
    expect(ranked.map(({ item, index }) => [item, index])).toEqual([
      ["5", 2],
      ["4", 4],
      ["3", 0],
      ["2", 3],
      ["1", 1],
    ]);
    expect(emulator.requests.map((request) => request.texts)).toEqual([2, 2, 1]);
    expect(only(events, "split")).toMatchObject([{ reason: "list-too-long", texts: 5, requests: 3 }]);
  });

  it("is asked for the best of each part, which are enough for the best of all", async () => {
    const { ranker, bodies } = bench();
    const items = texts(9);
    const ranked = await ranker({ batchSize: 3, topN: 2 }).rank("q", items, identity);
    expect(ranked.map(({ index }) => index)).toEqual([8, 7]);
    expect(bodies().map((body) => body.top_n)).toEqual([2, 2, 2]);
  });

  it("tells how far it has come, and bills every part", async () => {
    const { ranker, emulator } = bench();
    const progress: string[] = [];
    const { usage } = await ranker({ batchSize: 2, maxConcurrency: 1 }).rankDetailed(
      "q",
      texts(5),
      identity,
      {
        onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
      },
    );
    expect(progress).toEqual(["2/5", "4/5", "5/5"]);
    expect(usage.totalTokens).toBe(emulator.totals.tokens);
    expect(usage.totalTokens).toBeGreaterThan(0);
  });

  it("fails as one: the first failure ends the others", async () => {
    const { ranker, emulator } = bench({
      faults: ({ number }) => (number === 1 ? { status: 401 } : "hang"),
    });
    expect(await rejection(ranker({ batchSize: 1 }).rank("q", texts(20), identity))).toMatchObject({
      code: "unauthorized",
    });
    expect(emulator.inFlight).toBe(0);
  });
});

describe("a request that the server finds too large", () => {
  it.each([413, 400, 422] as const)("is halved, with every index in its place (%i)", async (status) => {
    const { ranker, events, emulator } = bench({ maxBatchTexts: 3, tooLargeStatus: status });
    const ranked = await ranker().rank("q", texts(10), identity);
    expect(ranked.map(({ index }) => index)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(
      emulator.requests.filter((request) => request.status === 200).map((request) => request.texts),
    ).toEqual([3, 2, 3, 2]);
    expect(only(events, "split")[0]).toMatchObject({ reason: "request-too-large", texts: 10, requests: 2 });
  });

  it("may be so because of one document, which is named by its index", async () => {
    const { ranker } = bench({ maxBatchTokens: 100 });
    const items = ["1", " ", "2", "long ".repeat(200), "3"];
    expect(await rejection(ranker().rank("q", items, identity))).toMatchObject({
      code: "text_too_long",
      index: 3,
      message: expect.stringContaining("the document at index 3 (1000 characters, about "),
    });
  });
});

describe('onFailure: "keep-order"', () => {
  it("returns the items as they came, without scores, and tells why", async () => {
    const { ranker, events } = bench({ faults: () => ({ status: 402 }) });
    const ranked = await ranker({ onFailure: "keep-order" }).rank("q", ["1", "", "2"], identity);
    expect(ranked).toEqual([
      { item: "1", index: 0, score: undefined },
      { item: "2", index: 2, score: undefined },
    ]);
    expect(only(events, "unranked")).toMatchObject([
      { operation: "rerank", code: "payment_required", status: 402, documents: 2 },
    ]);
  });

  it("returns no more than `topN`, whatever `minScore` is", async () => {
    const { ranker } = bench({ faults: () => "html" });
    const ranked = await ranker({ onFailure: "keep-order", topN: 2, minScore: 5 }).rank(
      "q",
      texts(4),
      identity,
    );
    expect(ranked.map(({ index }) => index)).toEqual([0, 1]);
  });

  it("does not excuse bad input", async () => {
    const { ranker } = bench();
    const kind = ranker({ onFailure: "keep-order" });
    expect(await rejection(kind.rank(" ", ["1"], identity))).toMatchObject({ code: "invalid_input" });
    expect(await rejection(kind.rank("q", [5] as never, identity))).toMatchObject({ code: "invalid_input" });
    expect(await rejection(kind.rank("q", ["1"], identity, { topN: 0 }))).toMatchObject({
      code: "invalid_option",
    });
  });

  it("does not swallow what `textOf` or `onProgress` throw", async () => {
    const { ranker } = bench();
    const mistake = new Error("mine");
    const thrower = (): never => {
      throw mistake;
    };
    const kind = ranker({ onFailure: "keep-order" });
    expect(await rejection(kind.rank("q", ["1"], thrower))).toBe(mistake);
    expect(await rejection(kind.rank("q", ["1"], identity, { onProgress: thrower }))).toBe(mistake);
  });
});
