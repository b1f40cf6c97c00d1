import { MultiQueryRetriever } from "@langchain/classic/retrievers/multi_query";
import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import type { BaseRetrieverInterface } from "@langchain/core/retrievers";
import { FakeListChatModel } from "@langchain/core/utils/testing";
import { describe, expect, it } from "vitest";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/langchain/index.js";
import { RerankingRetriever } from "../../../src/langchain/retriever.js";
import { bench, EMBEDDING, KEY, RERANK } from "../../support/emulate.js";
import { recordingTracer } from "./search.js";

const queries = ["query 1", "query 2"];
const passages = ["bees 1", "rust 2"];

/** Sends several queries to a retriever, and merges the results. */
function several(retriever: BaseRetrieverInterface): MultiQueryRetriever {
  return MultiQueryRetriever.fromLLM({
    llm: new FakeListChatModel({
      responses: [`<questions>\n${queries.join("\n")}\n</questions>`],
    }) as never,
    retriever: retriever as never,
  });
}

/** A search, and a reranker for its results. */
async function setUp() {
  // The score depends on the query, as a real model's does.
  const { emulator } = bench({
    rank: (query, documents) => documents.map((text) => text.length + Number(query.at(-1)) / 10),
  });
  const shared = { apiKey: KEY, fetch: emulator.fetch };
  const embeddings = new TogetherEmbeddings({ ...shared, model: EMBEDDING });
  const store = await MemoryVectorStore.fromTexts(passages, {}, embeddings);
  const search = store.asRetriever(2);
  const reranker = new TogetherReranker({ ...shared, model: RERANK });
  return { search, reranker };
}

describe("MultiQueryRetriever", () => {
  it("returns duplicates around a reranking retriever, because the scores differ", async () => {
    const { search, reranker } = await setUp();
    const inside = several(new RerankingRetriever({ retriever: search, reranker }));
    const found = await inside.invoke("query");
    expect(found.map(({ pageContent }) => pageContent).toSorted()).toEqual(
      [...passages, ...passages].toSorted(),
    );
  });

  it("returns each passage once inside a reranking retriever", async () => {
    const { search, reranker } = await setUp();
    const outside = new RerankingRetriever({ retriever: several(search), reranker });
    const found = await outside.invoke("query 3");
    expect(found.map(({ pageContent }) => pageContent).toSorted()).toEqual(passages);
    for (const { metadata } of found) expect(metadata["relevanceScore"]).toBe(6.3);
  });

  it("is a parent of the reranking retriever's runs, although it passes callbacks instead of a config", async () => {
    const { search, reranker } = await setUp();
    const { tracer, run, runs } = recordingTracer();
    const inside = several(new RerankingRetriever({ retriever: search, reranker }));
    await inside.invoke("query", { callbacks: [tracer] });
    const parent = run("MultiQueryRetriever").id;
    const children = runs().filter(({ name }) => name === "RerankingRetriever");
    expect(children.map((child) => child.parent_run_id)).toEqual([parent, parent]);
  });
});
