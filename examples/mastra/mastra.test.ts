import type { ToolExecutionContext } from "@mastra/core/tools";
import { rerankWithScorer } from "@mastra/rag";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createEmulator, type Emulator } from "together-retrieval/emulator";
import { Knowledge } from "./knowledge.js";
import { TogetherScorer } from "./scorer.js";

const EMBEDDING = "BAAI/bge-large-en-v1.5";
const RERANK = "Salesforce/Llama-Rank-V1";
const THINGS = ["bees", "rust", "ferns", "tides", "bread", "glass", "owls", "salt", "moss", "clocks"];
const texts = Array.from({ length: 80 }, (_, place) => `${THINGS[place % 10]} in the year ${1000 + place}`);
const QUESTION = "What about bees in the year 1030?";

let emulator: Emulator;
beforeEach(() => {
  emulator = createEmulator();
});

const endpoint = (model: string, { fetch } = emulator) => ({ model, apiKey: "any", fetch, maxRetries: 0 });

const candidatesOf = (all: readonly string[]) =>
  all.map((text, place) => ({ id: String(place), score: 0.5, metadata: { text } }));

describe("TogetherScorer", () => {
  it("scores 50 candidates of rerankWithScorer in one request", async () => {
    const scorer = new TogetherScorer(endpoint(RERANK));
    const results = candidatesOf(texts.slice(0, 50));
    const options = { topK: 3, weights: { semantic: 1, vector: 0, position: 0 } };
    const ranked = await rerankWithScorer({ results, query: QUESTION, scorer, options });
    expect(emulator.requests.map((request) => request.texts)).toEqual([50]);
    expect(ranked.map(({ result }) => result.id)).toContain("30");
    expect(ranked[0]?.result.id).toBe("30");
    expect(ranked.map(({ details }) => details.semantic)).toEqual(ranked.map(({ score }) => score));
  });

  it("gives each candidate the score that the server gives its text", async () => {
    emulator = createEmulator({ rank: (_query, all) => all.map((text) => text.length / 10) });
    const scorer = new TogetherScorer(endpoint(RERANK));
    const scores = ["a", "abc", "ab"].map((text) => scorer.getRelevanceScore(QUESTION, text));
    expect(await Promise.all(scores)).toEqual([0.1, 0.3, 0.2]);
  });

  it("keeps the scores of different queries apart", async () => {
    const scorer = new TogetherScorer(endpoint(RERANK));
    const asked = [
      ["one", "a"],
      ["two", "b"],
      ["one", "c"],
    ] as const;
    await Promise.all(asked.map(([query, text]) => scorer.getRelevanceScore(query, text)));
    const bodies = emulator.requests.map(({ body }) => body as { query: string; documents: string[] });
    expect(bodies.map(({ query, documents }) => [query, documents])).toEqual([
      ["one", ["a", "c"]],
      ["two", ["b"]],
    ]);
  });

  it("sends the same query again in a second call", async () => {
    const scorer = new TogetherScorer(endpoint(RERANK));
    await scorer.getRelevanceScore("one", "a");
    await scorer.getRelevanceScore("one", "b");
    expect(emulator.requests).toHaveLength(2);
  });

  it("scores blank candidates with 0", async () => {
    const scorer = new TogetherScorer(endpoint(RERANK));
    const [blank, bees] = ["  ", "bees"].map((text) => scorer.getRelevanceScore("bees", text));
    expect(await blank).toBe(0);
    expect(await bees).toBeGreaterThan(0);
  });

  it("rejects all candidates of a request that fails, and emits the error", async () => {
    emulator = createEmulator({ faults: () => ({ status: 401 }) });
    const events: string[] = [];
    const scorer = new TogetherScorer({ ...endpoint(RERANK), onEvent: ({ type }) => events.push(type) });
    const scores = ["a", "b"].map((text) => scorer.getRelevanceScore(QUESTION, text));
    const outcomes = await Promise.allSettled(scores);
    expect(outcomes).toMatchObject([
      { reason: { code: "unauthorized" } },
      { reason: { code: "unauthorized" } },
    ]);
    expect(events).toContain("request-error");
  });
});

describe("Knowledge", () => {
  const here = createEmulator();
  const knowledge = new Knowledge({ embedding: endpoint(EMBEDDING, here), rerank: endpoint(RERANK, here) });

  beforeAll(() => knowledge.add(texts));
  beforeEach(() => here.clear());

  it("finds a passage in a LibSQL store with two requests", async () => {
    const [best] = await knowledge.search(QUESTION, 5);
    expect(best?.result.metadata).toMatchObject({ text: texts[30] });
    expect(here.requests.map(({ path }) => path.split("/").at(-1))).toEqual(["embeddings", "rerank"]);
    expect(here.requests[1]?.texts).toBe(50);
  });

  it("embeds questions with the prefix of the model", async () => {
    await knowledge.search(QUESTION, 5);
    const prefixed = expect.stringMatching(/^Represent this sentence .+1030\?$/) as string;
    expect(here.requests[0]?.body).toMatchObject({ input: [prefixed] });
  });

  it("gives an agent a tool that finds the same passages", async () => {
    const expected = await knowledge.search(QUESTION, 5);
    const found = await knowledge.createTool(5).execute({ queryText: QUESTION, topK: 50 }, context());
    expect(found).toMatchObject({ relevantContext: expected.map(({ result }) => result.metadata) });
  });

  it("throws the error of a failed request, where Mastra's tool returns nothing", async () => {
    here.setFaults(() => ({ status: 401 }));
    await expect(knowledge.search(QUESTION, 5)).rejects.toMatchObject({ code: "unauthorized" });
    const found = await knowledge.createTool(5).execute({ queryText: QUESTION, topK: 50 }, context());
    expect(found).toEqual({ relevantContext: [], sources: [] });
  });
});

/** Returns the context that an agent passes to a tool. The tool does not read its fields. */
function context(): ToolExecutionContext {
  return {} as ToolExecutionContext;
}
