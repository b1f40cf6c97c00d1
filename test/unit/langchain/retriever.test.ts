import { createRetrieverTool } from "@langchain/classic/tools/retriever";
import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import { Document, type DocumentInterface } from "@langchain/core/documents";
import { ToolMessage } from "@langchain/core/messages";
import { BaseRetriever } from "@langchain/core/retrievers";
import { RunnableLambda, RunnableMap } from "@langchain/core/runnables";
import type { InteropZodType } from "@langchain/core/utils/types";
import { expect, it } from "vitest";
import type { Faults } from "../../../src/emulator/index.js";
import type { TogetherErrorCode } from "../../../src/index.js";
import { RerankingRetriever, type DocumentCompressor } from "../../../src/langchain/retriever.js";
import { KEY, rejection } from "../../support/emulate.js";
import { see } from "../../support/error-message.js";
import { recordingTracer, search } from "./search.js";

const faults: Faults = ({ path }) => (path === "/v1/rerank" ? { status: 401 } : undefined);
const texts = (documents: readonly DocumentInterface[]) => documents.map(({ pageContent }) => pageContent);
const finder = RunnableLambda.from((query: string) => [new Document({ pageContent: `found by ${query}` })]);
const reranker: DocumentCompressor = {
  compressDocuments: async (documents, query) => (query === "query" ? documents : []),
};

it("returns the best candidates from invoke(), best first, as copies with scores and ids", async () => {
  const { retriever, emulator } = await search();
  const found = await retriever.invoke("query");
  expect(found.map(({ id, pageContent, metadata }) => ({ id, pageContent, metadata }))).toEqual([
    { id: "d4", pageContent: "score 4", metadata: { relevanceScore: 4 } },
    { id: "d3", pageContent: "score 3", metadata: { relevanceScore: 3 } },
  ]);
  expect(found[0]).toBeInstanceOf(Document);
  expect(emulator.requests.map(({ path }) => path)).toEqual(["/v1/embeddings", "/v1/rerank"]);
});

it("returns results of every query from batch(), in order, and errors on request", async () => {
  const { retriever } = await search();
  const [first, second, third] = await retriever.batch(["one", " ", "three"], {}, { returnExceptions: true });
  expect(texts(first as DocumentInterface[])).toEqual(["score 4", "score 3"]);
  expect(second).toMatchObject({ code: "invalid_input" });
  expect(texts(third as DocumentInterface[])).toEqual(["score 4", "score 3"]);
});

it("yields the documents as one chunk from stream()", async () => {
  const { retriever } = await search();
  const chunks: string[][] = [];
  for await (const chunk of await retriever.stream("query")) chunks.push(texts(chunk));
  expect(chunks).toEqual([["score 4", "score 3"]]);
});

it("passes documents on with pipe(), and runs in a map", async () => {
  const { retriever } = await search();
  const chain = RunnableMap.from<string>({
    context: retriever.pipe(texts),
    question: (query: string) => query,
  });
  expect(await chain.invoke("query")).toEqual({ context: ["score 4", "score 3"], question: "query" });
});

it("searches with any runnable that accepts a query, and ranks with any document compressor", async () => {
  const retriever = new RerankingRetriever({ retriever: finder, reranker });
  expect(texts(await retriever.invoke("query"))).toEqual(["found by query"]);
});

it("passes the call's signal to the search, or none", async () => {
  const seen: unknown[] = [];
  const finding = RunnableLambda.from((_: string, config?: { signal?: AbortSignal }) => {
    seen.push(config?.signal);
    return [];
  });
  const retriever = new RerankingRetriever({ retriever: finding, reranker });
  const { signal } = new AbortController();
  await retriever.invoke("query", { signal });
  await retriever.invoke("query");
  expect(seen).toEqual([signal, undefined]);
});

it("is a tool of an agent: returns a message with the passages for a tool call", async () => {
  const { retriever } = await search();
  const tool = createRetrieverTool(retriever, { name: "look_up", description: "Looks things up." });
  const message = await tool.invoke({
    type: "tool_call",
    id: "call_1",
    name: "look_up",
    args: { query: "query" },
  });
  expect(message).toBeInstanceOf(ToolMessage);
  expect(message.content).toBe("score 4\n\nscore 3");
  expect(message.tool_call_id).toBe("call_1");
});

it("accepts the query as input of asTool(), and aborts with the signal of the tool call", async () => {
  const { retriever } = await search();
  // A zod schema of a string, from LangChain's own copy, whose declared type is of another copy.
  const { query } = createRetrieverTool(retriever, { name: "any", description: "" }).schema.shape;
  const schema = query as unknown as InteropZodType<string>;
  const tool = retriever.asTool({ name: "look_up", description: "Looks things up.", schema });
  const call = { type: "tool_call", id: "call_1", name: "look_up", args: { input: "query" } } as const;
  expect(texts(await tool.invoke(call))).toEqual(["score 4", "score 3"]);
  const reason = new Error("the agent was stopped");
  expect(await rejection(tool.invoke(call, { signal: AbortSignal.abort(reason) }))).toBe(reason);
});

it("throws what the reranker throws, and returns unranked documents with the fallback", async () => {
  const strict = await search({ faults });
  expect(await rejection(strict.retriever.invoke("query"))).toMatchObject({ code: "unauthorized" });
  const lenient = await search({ faults }, {}, { fallback: "original-order" });
  const unranked = await lenient.retriever.invoke("query");
  expect(unranked).toHaveLength(2);
  for (const { metadata } of unranked) expect(metadata).toEqual({});
});

it.each<[object | undefined, string]>([
  [
    undefined,
    "it was given no options; write new RerankingRetriever({ retriever: store.asRetriever(20), reranker })",
  ],
  [{ reranker }, "`retriever` is missing; pass one, such as `store.asRetriever(20)`"],
  [{ retriever: finder }, "`reranker` is missing; pass one, such as `new TogetherReranker({ ... })`"],
])("rejects the options %j", (options, problem) => {
  expect(() => new RerankingRetriever(options as never)).toThrow(
    expect.objectContaining({
      code: "invalid_option",
      message: `Cannot create RerankingRetriever: ${problem}${see("invalid_option")}`,
    }),
  );
});

it.each<[unknown, unknown, TogetherErrorCode, string]>([
  [5, {}, "invalid_input", "the query is not a string but a number; pass a string"],
  ["query", 5, "invalid_option", "the config is a number; pass an object such as `{ signal }`"],
  ["query", { signal: "stop" }, "invalid_option", "`signal` is a string; it must be an AbortSignal"],
])("rejects the query %j with the config %j", async (query, config, code, problem) => {
  const retriever = new RerankingRetriever({ retriever: finder, reranker });
  const error = await rejection(retriever.invoke(query as string, config as object));
  const message = `Cannot retrieve documents: ${problem}${see(code)}`;
  expect(error).toMatchObject({ code, message });
});

it.each([undefined, null, {}, { signal: undefined }])("accepts %j as config of a call", async (config) => {
  const retriever = new RerankingRetriever({ retriever: finder, reranker });
  expect(texts(await retriever.invoke("query", config as never))).toEqual(["found by query"]);
});

it("shows neither key nor steps in its printed and serialized form", async () => {
  const { retriever } = await search();
  expect(JSON.stringify(retriever)).toBe(
    JSON.stringify({
      lc: 1,
      type: "not_implemented",
      id: ["together-retrieval", "langchain", "retriever", "RerankingRetriever"],
    }),
  );
  expect(JSON.stringify(retriever)).not.toContain(KEY);
});

it("adds its own and the config's callbacks, tags and metadata to its run, and inherited ones to its steps", async () => {
  const own = recordingTracer();
  const { retriever } = await search(
    {},
    { callbacks: [own.tracer], tags: ["own"], metadata: { team: "search" } },
  );
  const config = recordingTracer();
  await retriever.invoke("query", {
    callbacks: [config.tracer],
    tags: ["call"],
    metadata: { user: 7 },
    runName: "find it",
  });
  await awaitAllCallbacks();
  const run = config.run("find it");
  expect(run.run_type).toBe("retriever");
  expect(run.tags).toEqual(expect.arrayContaining(["own", "call"]));
  expect(run.extra?.metadata).toMatchObject({ team: "search", user: 7 });
  expect(own.run("find it").id).toBe(run.id);
  const base = config.run("VectorStoreRetriever");
  expect(base.parent_run_id).toBe(run.id);
  expect(base.tags).toEqual(expect.arrayContaining(["base_retriever", "call"]));
  expect(base.extra?.metadata).toMatchObject({ user: 7 });
  expect(own.runs().map(({ name }) => name)).toEqual(["find it"]);
});

it("supports subclasses: uses their search, and reports their name", async () => {
  class Shouting extends RerankingRetriever {
    readonly #mark = "!";
    mark(): string {
      return this.#mark;
    }
  }
  const { retriever } = await search();
  const shouting = new Shouting({ retriever: retriever.retriever, reranker: retriever.reranker });
  expect(texts(await shouting.invoke("query"))).toEqual(["score 4", "score 3"]);
  expect(shouting.mark()).toBe("!");
  expect(shouting).toBeInstanceOf(BaseRetriever);
});
