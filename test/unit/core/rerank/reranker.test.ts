import { describe, expect, it, vi } from "vitest";
import { RerankEngine } from "../../../../src/core/rerank/rerank-engine.js";
import { estimateTokens } from "../../../../src/core/tokens.js";
import { Reranker } from "../../../../src/index.js";
import { see } from "../../../support/error-message.js";
import { bench, KEY, only, rejection, RERANK, texts } from "../../../support/emulate.js";
import { breathe } from "../../../support/time.js";

const identity = (text: string): string => text;

it("names Reranker in the errors of its constructor", () => {
  expect(() => new Reranker({ model: RERANK })).toThrow("Cannot create Reranker: there is no API key");
});

describe("rerank()", () => {
  it("accepts items of any kind, and returns the same objects", async () => {
    const { reranker } = bench();
    const items = [{ score: 3 }, { score: 9 }];
    const ranked = await reranker().rerank("q", items, ({ score }) => `score ${score}`);
    expect(ranked[0]?.item).toBe(items[1]);
    expect(ranked).toEqual([
      { item: items[1], index: 1, score: 9 },
      { item: items[0], index: 0, score: 3 },
    ]);
  });

  it("accepts a response that repeats a long document with every character escaped", async () => {
    const { reranker } = bench();
    const document = "\u0001".repeat(200_000);
    const results = [{ index: 0, relevance_score: 1, document: { text: document } }];
    const fetch = async (): Promise<Response> => Response.json({ results });
    expect(await reranker({ fetch }).rerank("q", [document], identity)).toMatchObject([
      { index: 0, score: 1 },
    ]);
  });

  it("ranks strings as they are, without `textOf`", async () => {
    const { reranker, bodies } = bench();
    expect((await reranker().rerank("q", ["1", "3", "2"])).map(({ item }) => item)).toEqual(["3", "2", "1"]);
    expect(bodies()[0]?.documents).toEqual(["1", "3", "2"]);
  });

  it("rejects the call's options in the place of `textOf`", async () => {
    const { reranker } = bench();
    expect(await rejection(reranker().rerank("q", ["1"], { topN: 1 } as never))).toMatchObject({
      code: "invalid_option",
      message: `Cannot rerank 1 document with "me/rerank": \`textOf\` is an object; pass a function, or undefined for strings; the call's options come after it${see("invalid_option")}`,
    });
  });

  it("rejects a `textOf` that returns a promise, with the index of the item", async () => {
    const { reranker, emulator } = bench();
    const items = ["1", Promise.resolve("2")] as string[];
    expect(await rejection(reranker().rerank("q", items, identity))).toMatchObject({
      code: "invalid_option",
      index: 1,
      message: `Cannot rerank 2 documents with "me/rerank": \`textOf\` returned a promise for the document at index 1; return a string, not a promise${see("invalid_option")}`,
    });
    expect(emulator.requests.length).toBe(0);
  });

  it("calls `textOf` once per item", async () => {
    const { reranker } = bench();
    const textOf = vi.fn<typeof identity>(identity);
    await reranker().rerank("q", ["1", "2"], textOf);
    expect(textOf.mock.calls).toEqual([["1"], ["2"]]);
  });

  it("returns the model's scores unchanged", async () => {
    const { reranker } = bench();
    const ranked = await reranker().rerank("q", ["-7.25", "12.5", "0.001"], identity);
    expect(ranked.map(({ score }) => score)).toEqual([12.5, 0.001, -7.25]);
  });

  it("leaves out blank items, and emits their indexes", async () => {
    const { reranker, events, bodies } = bench();
    const ranked = await reranker().rerank("q", ["", "1", " \n", "2"], identity);
    expect(ranked.map(({ index }) => index)).toEqual([3, 1]);
    expect(bodies()[0]?.documents).toEqual(["1", "2"]);
    expect(only(events, "document-skipped")).toMatchObject([{ operation: "rerank", indexes: [0, 2] }]);
  });

  it("sends no request if all items are blank", async () => {
    const { reranker, emulator } = bench();
    expect(await reranker().rerank("q", ["", " "], identity)).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });

  it("emits one request and one response, and no other event", async () => {
    const { reranker, events } = bench();
    await reranker().rerank("a query", ["document 1", "document 2"], identity);
    expect(events.map(({ type }) => type)).toEqual(["request", "response"]);
    const estimatedTokens = 2 * (estimateTokens("a query") + estimateTokens("document 1"));
    expect(events[0]).toMatchObject({ model: RERANK, texts: 2, estimatedTokens });
  });

  it("quotes nothing of query or documents from a 422", async () => {
    for (const quoted of ["what nobody may know", "what the document says"]) {
      const { reranker } = bench({ faults: () => ({ status: 422, message: `I mind "${quoted}"` }) });
      const ranking = reranker().rerank("what nobody may know", ["1", "what the document says"], identity);
      const { message } = (await rejection(ranking)) as Error;
      expect(message).toMatch(/^Cannot rerank 2 documents with "me\/rerank": .*may quote the request/);
      expect(message).not.toContain(quoted);
    }
  });

  it("is sent before documents that wait to be embedded", async () => {
    const { embedder, reranker, emulator } = bench({
      latency: 50,
      models: { both: { type: "embedding", dimensions: 4 } },
    });
    const one = embedder({ model: "both", maxConcurrency: 1 });
    const embedding = texts(10).map((text) => one.embed([text]));
    await breathe();
    // The emulator rejects this model for reranking: the time of the 400 is the time of the request.
    const ranking = rejection(reranker({ model: "both", maxConcurrency: 1 }).rerank("q", ["1"], identity));
    await Promise.all([...embedding, ranking]);
    const turn = emulator.requests.findIndex(({ path }) => path === "/v1/rerank");
    // One of the texts may have been sent before it.
    expect(turn).toBeLessThanOrEqual(1);
    expect(emulator.requests.length).toBe(11);
  });
});

describe("list longer than one request accepts", () => {
  it("is split and merged, with an event", async () => {
    const { reranker, events, emulator } = bench();
    const items = ["3", "1", "5", "2", "4"];
    const ranked = await reranker({ batchSize: 2 }).rerank("q", items, identity);
    expect(ranked.map(({ item, index }) => [item, index])).toEqual([
      ["5", 2],
      ["4", 4],
      ["3", 0],
      ["2", 3],
      ["1", 1],
    ]);
    expect(emulator.requests.map((request) => request.texts)).toEqual([2, 2, 1]);
    expect(only(events, "batch-split")).toMatchObject([{ reason: "list-too-long", texts: 5, requests: 3 }]);
  });

  it("requests only the best of each part, which contain the best of all", async () => {
    const { reranker, bodies } = bench();
    const items = texts(9);
    const ranked = await reranker({ batchSize: 3, topN: 2 }).rerank("q", items, identity);
    expect(ranked.map(({ index }) => index)).toEqual([8, 7]);
    expect(bodies().map((body) => body.top_n)).toEqual([2, 2, 2]);
  });

  it("reports progress and the usage of every part", async () => {
    const { emulator } = bench();
    const progress: string[] = [];
    const options = { model: RERANK, apiKey: KEY, fetch: emulator.fetch, batchSize: 2, maxConcurrency: 1 };
    const given = { query: "q", items: texts(5), textOf: identity, textOfName: "textOf" };
    const { usage } = await new RerankEngine(options, "Reranker").rerank(given, {
      onProgress: ({ done, total }) => progress.push(`${done}/${total}`),
    });
    expect(progress).toEqual(["2/5", "4/5", "5/5"]);
    expect(usage.totalTokens).toBe(emulator.totals.tokens);
    expect(usage.totalTokens).toBeGreaterThan(0);
  });

  it("fails with the first failure, which ends the other requests", async () => {
    const { reranker, emulator } = bench({
      faults: ({ number }) => (number === 1 ? { status: 401 } : "hang"),
    });
    expect(await rejection(reranker({ batchSize: 1 }).rerank("q", texts(20), identity))).toMatchObject({
      code: "unauthorized",
    });
    expect(emulator.inFlight).toBe(0);
  });
});

describe("rerank request that the server rejects as too large", () => {
  it.each([413, 400, 422] as const)(
    "is split in half, with every index in its place (%i)",
    async (status) => {
      const { reranker, events, emulator } = bench({ maxBatchTexts: 3, tooLargeStatus: status });
      const ranked = await reranker().rerank("q", texts(10), identity);
      expect(ranked.map(({ index }) => index)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
      expect(
        emulator.requests.filter((request) => request.status === 200).map((request) => request.texts),
      ).toEqual([3, 2, 3, 2]);
      const rejected = emulator.requests.filter((request) => request.status === status);
      expect(rejected.map((request) => request.texts)).toEqual([10, 5]);
      expect(only(events, "batch-split")[0]).toMatchObject({
        reason: "request-too-large",
        texts: 10,
        requests: 2,
      });
    },
  );

  it("limits later calls to the accepted size", async () => {
    const { reranker, events, emulator } = bench({ maxBatchTexts: 3 });
    const one = reranker();
    await one.rerank("q", texts(10), identity);
    emulator.clear();
    events.length = 0;
    await one.rerank("q", texts(10), identity);
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual([
      [200, 3],
      [200, 3],
      [200, 3],
      [200, 1],
    ]);
    expect(only(events, "batch-split")).toMatchObject([{ reason: "list-too-long", requests: 4 }]);
  });

  it("limits later calls to the larger of two halves", async () => {
    const { reranker, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 2 ? { status: 413 } : undefined),
    });
    const one = reranker();
    await one.rerank("q", ["1 " + "long ".repeat(100), "2 " + "long ".repeat(100), "3", "4"], identity);
    emulator.clear();
    await one.rerank("q", ["5 " + "long ".repeat(90), "6 " + "long ".repeat(90)], identity);
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual([[200, 2]]);
  });

  it("ignores an earlier accepted size that is as large as the rejected one", async () => {
    let most = 8;
    const { reranker, emulator } = bench({
      faults: ({ texts: amount }) => (amount > most ? { status: 413 } : undefined),
    });
    const one = reranker();
    await one.rerank("q", texts(8), identity);
    most = 4;
    await one.rerank("q", texts(8), identity);
    emulator.clear();
    await one.rerank("q", texts(8), identity);
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual([
      [200, 4],
      [200, 4],
    ]);
  });

  it("allows one document that is longer than what was accepted", async () => {
    const { reranker, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 1 ? { status: 413 } : undefined),
    });
    const one = reranker();
    await one.rerank("q", ["1", "2"], identity);
    emulator.clear();
    const ranked = await one.rerank("q", ["3 " + "long ".repeat(100), "4"], identity);
    expect(ranked.map(({ score }) => score)).toEqual([4, 3]);
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual([
      [200, 1],
      [200, 1],
    ]);
  });

  it("causes an error that names the one document that is too long by its index", async () => {
    const { reranker } = bench({ maxBatchTokens: 100 });
    const items = ["1", " ", "2", "long ".repeat(200), "3"];
    expect(await rejection(reranker().rerank("q", items, identity))).toMatchObject({
      code: "text_too_long",
      index: 3,
      message: expect.stringContaining("the document at index 3 (1000 characters, about "),
    });
  });
});

describe('fallback: "original-order"', () => {
  it("returns the items in their order, without scores, and emits the reason", async () => {
    const { reranker, events } = bench({ faults: () => ({ status: 402 }) });
    const ranked = await reranker({ fallback: "original-order" }).rerank("q", ["1", "", "2"], identity);
    expect(ranked).toEqual([
      { item: "1", index: 0, score: undefined },
      { item: "2", index: 2, score: undefined },
    ]);
    expect(only(events, "rerank-fallback")).toMatchObject([
      { operation: "rerank", code: "payment_required", status: 402, documents: 2 },
    ]);
  });

  it("returns no more than `topN`, whatever `minScore` is", async () => {
    const { reranker } = bench({ faults: () => "html" });
    const ranked = await reranker({ fallback: "original-order", topN: 2, minScore: 5 }).rerank(
      "q",
      texts(4),
      identity,
    );
    expect(ranked.map(({ index }) => index)).toEqual([0, 1]);
  });

  it("throws for invalid input", async () => {
    const { reranker } = bench();
    const kind = reranker({ fallback: "original-order" });
    expect(await rejection(kind.rerank(" ", ["1"], identity))).toMatchObject({ code: "invalid_input" });
    expect(await rejection(kind.rerank("q", [5] as never, identity))).toMatchObject({
      code: "invalid_input",
    });
    expect(await rejection(kind.rerank("q", ["1"], identity, { topN: 0 }))).toMatchObject({
      code: "invalid_option",
    });
  });

  it("throws errors of `textOf` or `onProgress`", async () => {
    const { reranker } = bench();
    const mistake = new Error("mine");
    const thrower = (): never => {
      throw mistake;
    };
    const kind = reranker({ fallback: "original-order" });
    expect(await rejection(kind.rerank("q", ["1"], thrower))).toBe(mistake);
    expect(await rejection(kind.rerank("q", ["1"], identity, { onProgress: thrower }))).toBe(mistake);
  });
});
