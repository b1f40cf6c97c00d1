/**
 * Three faults of LlamaIndex (0.12.1), each with the workaround of docs/integrations/llamaindex.md. The first half of
 * each test fails when the workaround is no longer needed.
 */

import {
  Document,
  IngestionPipeline,
  QueryEngineTool,
  SentenceSplitter,
  Settings,
  VectorStoreIndex,
} from "llamaindex";
import { MockLLM } from "@llamaindex/core/llms/mock";
import { beforeEach, expect, it } from "vitest";
import { createEmulator, type Emulator } from "../../../src/emulator/index.js";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/llamaindex/index.js";
import { MemoryStore } from "../../support/store.js";

const TEXTS = ["Bees dance.", "Bees sting.", "Bees make honey.", "Bees have a queen.", "Nets are mended."];
const DIMENSIONS = TEXTS.map(() => 1024);

let emulator: Emulator;
let embeddings: TogetherEmbeddings;
let reranker: TogetherReranker;

beforeEach(() => {
  emulator = createEmulator();
  embeddings = embeddingsOn(emulator);
  reranker = new TogetherReranker({
    apiKey: "key",
    fetch: emulator.fetch,
    model: "Salesforce/Llama-Rank-V1",
  });
  Settings.llm = new MockLLM({ timeBetweenToken: 0, responseMessage: "an answer" });
  Settings.embedModel = embeddings;
});

function embeddingsOn({ fetch }: Emulator, own: object = {}): TogetherEmbeddings {
  return new TogetherEmbeddings({ apiKey: "key", fetch, model: "BAAI/bge-large-en-v1.5", ...own });
}

function documents(): Document[] {
  return TEXTS.map((text, place) => new Document({ id_: `${place}`, text }));
}

/** Returns the lengths of the vectors on the nodes after a run. */
async function lengths(pipeline: IngestionPipeline): Promise<(number | undefined)[]> {
  const nodes = await pipeline.run({ documents: documents() });
  return nodes.map(({ embedding }) => embedding?.length);
}

function rankings(): number[] {
  return emulator.requests.filter(({ path }) => path.endsWith("/rerank")).map((request) => request.texts);
}

it("loses vectors with a pipeline's own cache, and embeds once with `disableCache` and our `cache`", async () => {
  const transformations = [new SentenceSplitter(), embeddings];
  const asItComes = new IngestionPipeline({ transformations });
  expect(await lengths(asItComes)).toEqual(DIMENSIONS);
  expect(await lengths(asItComes)).toEqual(TEXTS.map(() => undefined));

  emulator.clear();
  const cached = embeddingsOn(emulator, { cache: new MemoryStore() });
  const advised = new IngestionPipeline({
    transformations: [new SentenceSplitter(), cached],
    disableCache: true,
  });
  expect(await lengths(advised)).toEqual(DIMENSIONS);
  expect(await lengths(advised)).toEqual(DIMENSIONS);
  expect(emulator.totals.requests).toBe(1);
});

it("skips the reranker with `queryTool({ options })`, but not with a tool around the query engine", async () => {
  const index = await VectorStoreIndex.fromDocuments(documents());
  const options = { similarityTopK: 5, nodePostprocessors: [reranker] };
  await index.queryTool({ options }).call({ query: "What do bees make?" });
  expect(rankings()).toEqual([]);

  await new QueryEngineTool({ queryEngine: index.asQueryEngine(options) }).call({
    query: "What do bees make?",
  });
  expect(rankings()).toEqual([5]);
});

it("retrieves 2 nodes by default, too few to rerank, and more with `similarityTopK`", async () => {
  const index = await VectorStoreIndex.fromDocuments(documents());
  const nodePostprocessors = [reranker];
  await index.asQueryEngine({ nodePostprocessors }).retrieve({ query: "What do bees make?" });
  await index
    .asQueryEngine({ similarityTopK: 20, nodePostprocessors })
    .retrieve({ query: "What do bees make?" });
  expect(rankings()).toEqual([2, TEXTS.length]);
});
