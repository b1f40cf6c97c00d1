import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import { Document } from "@langchain/core/documents";
import { RunnableLambda, RunnableSequence } from "@langchain/core/runnables";
import { expect, it, vi } from "vitest";
import { RerankingRetriever, type DocumentCompressor } from "../../../src/langchain/retriever.js";
import { rejection } from "../../support/emulate.js";
import { recordingTracer, search, type Search } from "./search.js";

const stopped = new Error("stopped by the user");
const asked = (query: string) => query;
const never = new Promise<never>(() => {});
/** Responds to rankings only after the end of the test, and to other requests at once. */
const hangingReranker = {
  latency: ({ path }: { path: string }) => (path.endsWith("/rerank") ? 3_600_000 : 0),
};

async function untilRanking({ emulator }: Search): Promise<void> {
  await vi.waitFor(() => expect(emulator.requests.at(-1)?.path).toBe("/v1/rerank"), { interval: 1 });
}

it("throws before any request for an aborted signal", async () => {
  const { retriever, emulator } = await search();
  expect(await rejection(retriever.invoke("query", { signal: AbortSignal.abort(stopped) }))).toBe(stopped);
  expect(emulator.requests).toHaveLength(0);
});

it("ends a search that ignores the abort, and ranks nothing", async () => {
  const { reranker, emulator } = await search();
  const retriever = new RerankingRetriever({ retriever: RunnableLambda.from(() => never), reranker });
  const controller = new AbortController();
  const outcome = rejection(retriever.invoke("query", { signal: controller.signal }));
  setImmediate(() => controller.abort(stopped));
  expect(await outcome).toBe(stopped);
  expect(emulator.requests).toHaveLength(0);
});

it("ends a reranking on abort, and aborts its request", async () => {
  const searching = await search(hangingReranker);
  const controller = new AbortController();
  const outcome = rejection(searching.retriever.invoke("query", { signal: controller.signal }));
  await untilRanking(searching);
  expect(searching.emulator.inFlight).toBe(1);
  controller.abort(stopped);
  expect(await outcome).toBe(stopped);
  await vi.waitFor(() => expect(searching.emulator.inFlight).toBe(0), { interval: 1 });
});

it("ends the ranking of a compressor without a signal on abort", async () => {
  const reranker = { compressDocuments: () => never };
  const retriever = new RerankingRetriever({
    retriever: RunnableLambda.from(() => [new Document({ pageContent: "any" })]),
    reranker,
  });
  const controller = new AbortController();
  const outcome = rejection(retriever.invoke("query", { signal: controller.signal }));
  setImmediate(() => controller.abort(stopped));
  expect(await outcome).toBe(stopped);
});

it("ends a ranking on an abort that occurs as it begins", async () => {
  const controller = new AbortController();
  const compressDocuments = (): Promise<never> => {
    controller.abort(stopped);
    return never;
  };
  const retriever = new RerankingRetriever({
    retriever: RunnableLambda.from(() => [new Document({ pageContent: "any" })]),
    reranker: { compressDocuments },
  });
  expect(await rejection(retriever.invoke("query", { signal: controller.signal }))).toBe(stopped);
});

it("ranks nothing on an abort between search and ranking", async () => {
  const controller = new AbortController();
  const ranking = vi.fn<DocumentCompressor["compressDocuments"]>(async (documents) => documents);
  const retriever = new RerankingRetriever({
    retriever: RunnableLambda.from(() => {
      queueMicrotask(() => controller.abort(stopped));
      return [new Document({ pageContent: "any" })];
    }),
    reranker: { compressDocuments: ranking },
  });
  expect(await rejection(retriever.invoke("query", { signal: controller.signal }))).toBe(stopped);
  expect(ranking).not.toHaveBeenCalled();
});

it("ends a call after the config's timeout", async () => {
  const { retriever } = await search(hangingReranker);
  expect(await rejection(retriever.invoke("query", { timeout: 50 }))).toMatchObject({ name: "TimeoutError" });
});

it("passes the signal of a chain, a batch and a stream to the ranking", async () => {
  const ways: ((searching: Search, signal: AbortSignal) => Promise<unknown>)[] = [
    ({ retriever }, signal) => RunnableSequence.from([asked, retriever]).invoke("query", { signal }),
    ({ retriever }, signal) => retriever.batch(["one"], { signal }),
    async ({ retriever }, signal) => (await retriever.stream("query", { signal })).getReader().read(),
  ];
  for (const way of ways) {
    const searching = await search(hangingReranker);
    const controller = new AbortController();
    const outcome = rejection(way(searching, controller.signal));
    await untilRanking(searching);
    controller.abort(stopped);
    expect(await outcome).toBe(stopped);
    await vi.waitFor(() => expect(searching.emulator.inFlight).toBe(0), { interval: 1 });
  }
});

it("separates the signals of two concurrent calls", async () => {
  const searching = await search(hangingReranker);
  const [first, second] = [new AbortController(), new AbortController()];
  const outcome = rejection(searching.retriever.invoke("one", { signal: first.signal }));
  const other = rejection(searching.retriever.invoke("two", { signal: second.signal }));
  await vi.waitFor(() => expect(searching.emulator.inFlight).toBe(2), { interval: 1 });
  first.abort(stopped);
  expect(await outcome).toBe(stopped);
  await vi.waitFor(() => expect(searching.emulator.inFlight).toBe(1), { interval: 1 });
  second.abort(new Error("the other"));
  expect(await other).toMatchObject({ message: "the other" });
});

it("leaves no listener and no trace after an abort that follows the result", async () => {
  const { retriever } = await search();
  const controller = new AbortController();
  const found = await retriever.invoke("query", { signal: controller.signal });
  controller.abort(stopped);
  expect(found).toHaveLength(2);
});

it("traces an abort as the error of the retriever's run and of the ranking's", async () => {
  const searching = await search(hangingReranker);
  const controller = new AbortController();
  const { tracer, run } = recordingTracer();
  const config = { signal: controller.signal, callbacks: [tracer] };
  const outcome = rejection(searching.retriever.invoke("query", config));
  await untilRanking(searching);
  controller.abort(stopped);
  await outcome;
  await vi.waitFor(() => expect(run("TogetherReranker").error).toContain("stopped by the user"), {
    interval: 1,
  });
  await awaitAllCallbacks();
  expect(run("RerankingRetriever").error).toContain("stopped by the user");
  expect(run("VectorStoreRetriever").error).toBeUndefined();
});
