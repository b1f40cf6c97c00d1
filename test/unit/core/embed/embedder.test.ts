import { describe, expect, it } from "vitest";
import { EmbedEngine } from "../../../../src/core/embed/embed-engine.js";
import { toFloat32 } from "../../../../src/core/embed/vectors.js";
import type { Progress, TogetherEvent } from "../../../../src/index.js";
import { bench, EMBEDDING, KEY, only, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";

describe("Embedder", () => {
  it("names the query in errors of its own checks and of the server", async () => {
    const { embedder } = bench({ faults: () => ({ status: 401 }) });
    const blank = (await rejection(embedder().embedQuery(" "))) as Error;
    expect(blank.message).toContain('Cannot embed a query with "me/embedding": the query is blank');
    const rejected = (await rejection(embedder().embedQuery("a question"))) as Error;
    expect(rejected.message).toContain(
      'Cannot embed a query with "me/embedding": Together responded with 401',
    );
  });

  it("emits nothing, and calls neither cache nor server, for an empty list", async () => {
    const { embedder, events, emulator } = bench();
    const cache = new MemoryStore();
    expect(await embedder({ cache }).embed([])).toEqual({
      vectors: [],
      usage: { promptTokens: 0, totalTokens: 0 },
    });
    expect([events.length, cache.reads, emulator.requests.length]).toEqual([0, 0, 0]);
  });

  it("names queries as the input in which it replaced an unpaired surrogate", async () => {
    const { emulator, events } = bench();
    const onEvent = (event: TogetherEvent): void => void events.push(event);
    const options = { model: EMBEDDING, apiKey: KEY, fetch: emulator.fetch, onEvent };
    const engine = new EmbedEngine(options, "Embedder");
    await engine.embed(toFloat32, ["a question", "half \ud83d"], {}, { priority: "high" });
    expect(only(events, "text-sanitized")).toMatchObject([{ input: "query", indexes: [1] }]);
  });

  it("emits a request and a response for a query, and no other event", async () => {
    const { embedder, events } = bench();
    await embedder({ queryPrefix: "" }).embedQuery("a question");
    expect(events.map(({ type }) => type)).toEqual(["request", "response"]);
  });

  it("reports progress for cached texts first", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    const reports: Progress[] = [];
    const onProgress = (progress: Progress): void => void reports.push(progress);
    await embedder({ cache, batchSize: 2 }).embed(texts(2), { onProgress });
    await embedder({ cache, batchSize: 2 }).embed(texts(3), { onProgress });
    expect(reports).toEqual([
      { done: 2, total: 2 },
      { done: 2, total: 3 },
      { done: 3, total: 3 },
    ]);
  });

  it("quotes no part of a short text that a 4xx repeats, for a prefix of any length", async () => {
    const { embedder } = bench({ faults: () => ({ status: 422, message: 'I mind "bees"' }) });
    const documentPrefix = "A passage to be found by a question: ";
    const { message } = (await rejection(embedder({ documentPrefix }).embed(["bees"]))) as Error;
    expect(message).toContain("may quote the request");
    expect(message).not.toContain("bees");
  });

  it("replaces cached vectors by those of the server if their lengths differ, at any index", async () => {
    const cache = new MemoryStore();
    const before = bench();
    await before.embedder({ cache }).embed(["old"]);
    const after = bench({ embed: (list) => list.map((text) => vectorOf(text).slice(1)) });
    const list = ["new", "old"];
    const expected = list.map((text) => vectorOf(text).slice(1));
    expect(plain((await after.embedder({ cache }).embed(list)).vectors)).toEqual(expected);
    expect(only(after.events, "cache-lookup")).toMatchObject([
      { hits: 1, misses: 1, corrupt: 0 },
      { hits: 0, misses: 1, corrupt: 1 },
    ]);
    expect(plain((await before.embedder({ cache }).embed(list)).vectors)).toEqual(expected);
  });
});
