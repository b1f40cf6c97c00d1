import {
  Document,
  IngestionPipeline,
  QueryEngineTool,
  SentenceSplitter,
  Settings,
  SimpleVectorStore,
  VectorStoreIndex,
  VectorStoreQueryMode,
  type NodeWithScore,
} from "llamaindex";
import { MockLLM } from "@llamaindex/core/llms/mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/llamaindex/index.js";

const QUESTION = "How do bees live in a hive?";

const TEXTS = [
  "Fishermen mend their nets with a needle.",
  "A hive holds thousands of bees.",
  "Iron rusts where it is wet.",
  "How bees live together in a hive: a queen, workers and drones.",
  "Sailors mend sails.",
  "Honey is what bees store in their hive for the winter.",
];

const emulator = createEmulator();
const shared = { apiKey: "key", fetch: emulator.fetch };

function documents(): Document[] {
  return TEXTS.map((text, place) => new Document({ id_: `text-${place}`, text, metadata: { place } }));
}

function ids(found: readonly NodeWithScore[] | undefined): (string | undefined)[] | undefined {
  return found?.map(({ node }) => node.sourceNode?.nodeId);
}

const embeddings = new TogetherEmbeddings({ ...shared, model: "BAAI/bge-large-en-v1.5" });
const reranker = new TogetherReranker({ ...shared, model: "Salesforce/Llama-Rank-V1", topN: 2 });
const reranked = { similarityTopK: 20, nodePostprocessors: [reranker] };

beforeEach(() => {
  Settings.llm = new MockLLM({ timeBetweenToken: 0, responseMessage: "In a hive." });
  Settings.embedModel = embeddings;
  emulator.clear();
});

afterEach(() => vi.restoreAllMocks());

/** The documents of each rerank request, and its query. */
function rankings(): { query: string; documents: string[] }[] {
  const requests = emulator.requests.filter(({ path }) => path.endsWith("/rerank"));
  return requests.map(({ body }) => body as { query: string; documents: string[] });
}

describe("components of LlamaIndex", () => {
  it("embeds all documents of an index in one request, and retrieves the nearest", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    expect(emulator.requests.map((request) => request.texts)).toEqual([TEXTS.length]);
    const found = await index.asRetriever({ similarityTopK: 3 }).retrieve({ query: QUESTION });
    expect(ids(found)?.toSorted()).toEqual(["text-1", "text-3", "text-5"]);
    expect(emulator.requests.at(-1)?.body).toMatchObject({
      input: [`Represent this sentence for searching relevant passages: ${QUESTION}`],
    });
  });

  it("answers from the passages that the reranker kept, in a query engine", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const response = await index.asQueryEngine(reranked).query({ query: QUESTION });
    expect(response.message.content).toBe("In a hive.");
    expect(ids(response.sourceNodes)).toEqual(["text-3", "text-1"]);
    expect(rankings()).toMatchObject([{ query: QUESTION, documents: { length: TEXTS.length } }]);
  });

  it("ranks by the text of a query of several parts, in a query engine", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const query = [
      { type: "text", text: "How do bees live" } as const,
      { type: "text", text: "in a hive?" } as const,
    ];
    await index.asQueryEngine(reranked).retrieve({ query });
    expect(rankings()).toMatchObject([{ query: "How do bees live\n\nin a hive?" }]);
  });

  it("finds the same nodes with a second query", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const engine = index.asQueryEngine(reranked);
    const first = await engine.retrieve({ query: QUESTION });
    const kept = structuredClone(first.map(({ node, score }) => ({ ...node.toJSON(), score })));
    await engine.retrieve({ query: "How are nets mended?" });
    expect(first.map(({ node, score }) => ({ ...node.toJSON(), score }))).toEqual(kept);
    expect(await engine.retrieve({ query: QUESTION })).toEqual(first);
  });

  it("answers from the passages that the reranker kept, in a chat engine, streamed or not", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const engine = index.asChatEngine(reranked);
    const response = await engine.chat({ message: QUESTION });
    expect(ids(response.sourceNodes)).toEqual(["text-3", "text-1"]);
    let streamed = "";
    for await (const part of await engine.chat({ message: QUESTION, stream: true })) {
      streamed += part.response;
    }
    expect(streamed).toBe("In a hive.");
    expect(rankings().map(({ query }) => query)).toEqual([QUESTION, QUESTION]);
  });

  it("reranks in an agent's tool", async () => {
    const index = await VectorStoreIndex.fromDocuments(documents());
    const tool = new QueryEngineTool({
      queryEngine: index.asQueryEngine(reranked),
      includeSourceNodes: true,
    });
    const { sourceNodes } = (await tool.call({ query: QUESTION })) as unknown as {
      sourceNodes: NodeWithScore[];
    };
    expect(sourceNodes).toHaveLength(2);
    expect(rankings()).toHaveLength(1);
  });

  it("splits, embeds and fills the store of a pipeline", async () => {
    const vectorStore = new SimpleVectorStore();
    const pipeline = new IngestionPipeline({
      transformations: [new SentenceSplitter({ chunkSize: 64, chunkOverlap: 0 }), embeddings],
      vectorStore,
    });
    const nodes = await pipeline.run({ documents: documents() });
    expect(nodes.map(({ embedding }) => embedding?.length)).toEqual(TEXTS.map(() => 1024));
    const query = await embeddings.getQueryEmbedding({ type: "text", text: QUESTION });
    const { ids: nearest } = await vectorStore.query({
      queryEmbedding: query as number[],
      similarityTopK: 1,
      mode: VectorStoreQueryMode.DEFAULT,
    });
    expect(nearest).toEqual(nodes.slice(3, 4).map(({ id_: id }) => id));
  });

  it("uses another model within Settings.withEmbedModel", async () => {
    const other = new TogetherEmbeddings({ ...shared, model: "thenlper/gte-large" });
    await Settings.withEmbedModel(other, () => VectorStoreIndex.fromDocuments(documents()));
    expect(emulator.requests.map(({ model }) => model)).toEqual(["thenlper/gte-large"]);
    expect(Settings.embedModel).toBe(embeddings);
  });

  it("reports progress of nodes that are embedded concurrently, and sets their vectors", async () => {
    const progressCallback = vi.fn<(current: number, total: number) => void>();
    const nodes = await embeddings(documents(), { progressCallback });
    expect(nodes.map(({ embedding }) => embedding?.length)).toEqual(TEXTS.map(() => 1024));
    expect(progressCallback).toHaveBeenLastCalledWith(TEXTS.length, TEXTS.length);
  });

  it.each(["/embeddings", "/rerank"])(
    "throws a failure of %s out of the query engine unchanged",
    async (path) => {
      const index = await VectorStoreIndex.fromDocuments(documents());
      emulator.setFaults((request) => (request.path.endsWith(path) ? { status: 401 } : undefined));
      const asking = index.asQueryEngine(reranked).query({ query: QUESTION });
      await expect(asking).rejects.toMatchObject({ code: "unauthorized" });
      emulator.setFaults(undefined);
    },
  );
});
