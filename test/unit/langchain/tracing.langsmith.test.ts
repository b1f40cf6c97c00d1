import { ContextualCompressionRetriever } from "@langchain/classic/retrievers/contextual_compression";
import { CallbackManager } from "@langchain/core/callbacks/manager";
import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import { Document } from "@langchain/core/documents";
import { expect, it } from "vitest";
import type { TokenUsage } from "../../../src/index.js";
import { KEY, rejection, RERANK } from "../../support/emulate.js";
import { recordingTracer, search, type SeenRun } from "./search.js";

const documents = [1, 2, 3].map((score) => new Document({ pageContent: `score ${score}` }));

function expectRanking(run: SeenRun, ranked: number): void {
  expect(run.run_type).toBe("chain");
  expect(run.extra?.metadata).toMatchObject({ ls_provider: "together", ls_model_name: RERANK });
  expect(run.inputs).toEqual({ query: "query", model: RERANK, documents: ranked });
  expect(run.outputs).toMatchObject({ documents: 2, scores: [ranked, ranked - 1] });
  const usage = run.outputs?.["usage"] as TokenUsage | undefined;
  expect(usage?.promptTokens).toBeGreaterThan(0);
  expect(usage?.totalTokens).toBeGreaterThan(0);
  expect(run.end_time).toBeDefined();
}

it("traces the ranking as a run under the retriever's, beside the search, with model, counts, scores and usage", async () => {
  const { retriever } = await search();
  const { tracer, run } = recordingTracer();
  await retriever.invoke("query", { callbacks: [tracer] });
  await awaitAllCallbacks();
  const root = run("RerankingRetriever");
  expect(root.run_type).toBe("retriever");
  expect(root.parent_run_id).toBeUndefined();
  expect(run("VectorStoreRetriever").parent_run_id).toBe(root.id);
  expect(run("TogetherReranker").parent_run_id).toBe(root.id);
  expect(run("TogetherReranker").tags).toEqual(["base_compressor"]);
  expectRanking(run("TogetherReranker"), 4);
});

it("traces the ranking as a run under LangChain's ContextualCompressionRetriever", async () => {
  const { retriever, reranker } = await search();
  const { tracer, run } = recordingTracer();
  const classic = new ContextualCompressionRetriever({
    baseRetriever: retriever.retriever,
    baseCompressor: reranker,
  });
  await classic.invoke("query", { callbacks: [tracer] });
  await awaitAllCallbacks();
  expect(run("TogetherReranker").parent_run_id).toBe(run("ContextualCompressionRetriever").id);
  expectRanking(run("TogetherReranker"), 4);
});

it("traces a direct compressDocuments() call for a manager, under the manager's parent", async () => {
  const { reranker } = await search();
  const { tracer, run } = recordingTracer();
  const serialized = { lc: 1, type: "not_implemented" as const, id: ["mine"] };
  const parent = await CallbackManager.configure([tracer])?.handleChainStart(serialized, {});
  const manager = parent?.getChild();
  await reranker.compressDocuments(documents, "query", manager);
  await awaitAllCallbacks();
  expect(run("TogetherReranker").parent_run_id).toBe(parent?.runId);
  expect(parent?.runId).toBeDefined();
  expectRanking(run("TogetherReranker"), 3);
});

it("traces a direct compressDocuments() call for an array of handlers, with no parent", async () => {
  const { reranker } = await search();
  const { tracer, run } = recordingTracer();
  await reranker.compressDocuments(documents, "query", [tracer]);
  await awaitAllCallbacks();
  expect(run("TogetherReranker").parent_run_id).toBeUndefined();
  expectRanking(run("TogetherReranker"), 3);
});

it("keeps the metadata of the ranking in the ranking's run", async () => {
  const { retriever } = await search();
  const { tracer, run } = recordingTracer();
  await retriever.invoke("query", { callbacks: [tracer] });
  await awaitAllCallbacks();
  expect(run("RerankingRetriever").extra?.metadata).not.toHaveProperty("ls_model_name");
});

it("traces a call without a list as a failed run, with the error that the call throws", async () => {
  const { reranker } = await search();
  const { tracer, run } = recordingTracer();
  const error = await rejection(reranker.compressDocuments(undefined as never, "query", [tracer]));
  await awaitAllCallbacks();
  expect(error).toMatchObject({
    code: "invalid_input",
    message: expect.stringContaining("the documents are not an array but undefined"),
  });
  expect(run("TogetherReranker").inputs).toMatchObject({ documents: 0 });
  expect(run("TogetherReranker").error).toContain("the documents are not an array");
});

it("traces a failed ranking as a run with the error, and puts the key in no run", async () => {
  const { retriever } = await search({
    apiKey: KEY,
    faults: ({ path }) => (path === "/v1/rerank" ? { status: 401 } : undefined),
  });
  const { tracer, run, runs } = recordingTracer();
  await rejection(retriever.invoke("query", { callbacks: [tracer] }));
  await awaitAllCallbacks();
  expect(run("TogetherReranker").error).toContain("401");
  expect(run("RerankingRetriever").error).toContain("401");
  expect(JSON.stringify(runs())).not.toContain(KEY);
});
