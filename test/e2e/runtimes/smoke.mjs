/**
 * What every runtime has to do with the packed tarball. Plain JavaScript, because it also runs where nothing compiles.
 *
 * Each check throws, or says nothing; the answer names what failed, entry by entry.
 */

const EMBEDDING = "thenlper/gte-large";
const RERANK = "Salesforce/Llama-Rank-V1";
const DOCUMENTS = ["Rust eats iron.", "Plants turn light into sugar.", "Bees live on nectar."];

function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

/** A thousand texts, of which one request is refused, arrive whole, in order, and as base64. */
async function thousandTexts({ Embedder }, { createEmulator }) {
  const refusal = { status: 429, headers: { "x-ratelimit-reset": "0.05" } };
  const emulator = createEmulator({ faults: ["ok", refusal] });
  const events = [];
  const onEvent = (event) => events.push(event.type);
  const embedder = new Embedder({
    model: EMBEDDING,
    apiKey: "any",
    fetch: emulator.fetch,
    batchSize: 50,
    onEvent,
  });
  const texts = Array.from({ length: 1000 }, (_, place) => `Text number ${place}`);
  const { vectors } = await embedder.embed(texts);
  const { vectors: last } = await embedder.embed([texts[999]]);
  same(vectors.length, 1000, "vectors");
  same(vectors[999].join(), last[0].join(), "the last vector");
  same(emulator.totals.rejected, 1, "refusals");
  same(events.includes("rate-limited"), true, "a rate-limited event");
  same(emulator.requests[0].body.encoding_format, "base64", "encoding");
}

async function rerank({ Reranker }, { createEmulator }) {
  const reranker = new Reranker({ model: RERANK, apiKey: "any", fetch: createEmulator().fetch });
  const [best] = await reranker.rerank("What do plants make from light?", DOCUMENTS, (text) => text);
  same(best.item, DOCUMENTS[1], "the best document");
}

async function abort({ Embedder }, { createEmulator }) {
  const { fetch } = createEmulator({ faults: ["hang"] });
  const controller = new AbortController();
  const reason = new Error("enough");
  const embedder = new Embedder({ model: EMBEDDING, apiKey: "any", fetch });
  const embedding = embedder.embed(["a text"], { signal: controller.signal });
  controller.abort(reason);
  same(await embedding.catch((error) => error), reason, "the abort's reason");
}

async function errorByCode({ Embedder, isTogetherError }, { createEmulator }) {
  const { fetch } = createEmulator({ apiKey: "right" });
  const error = await new Embedder({ model: EMBEDDING, apiKey: "wrong", fetch })
    .embed(["a text"])
    .catch((e) => e);
  same(isTogetherError(error), true, "a TogetherError");
  same(error.code, "unauthorized", "its code");
}

/** Only where a process may open a port. */
async function realPort({ Embedder }, { createEmulator }) {
  const server = await createEmulator().listen();
  try {
    const embedder = new Embedder({ model: EMBEDDING, apiKey: "any", baseURL: server.url });
    same((await embedder.embed(["a text"])).vectors.length, 1, "vectors through a port");
  } finally {
    await server.close();
  }
}

async function langchain({ TogetherEmbeddings, TogetherReranker }, { createEmulator }) {
  const { fetch } = createEmulator();
  const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: "any", fetch });
  same((await embeddings.embedDocuments(DOCUMENTS)).length, 3, "LangChain's vectors");
  const reranker = new TogetherReranker({ model: RERANK, apiKey: "any", fetch, topN: 1 });
  const documents = DOCUMENTS.map((pageContent) => ({ pageContent, metadata: {} }));
  const [best] = await reranker.compressDocuments(documents, "What do plants make from light?");
  same(best.pageContent, DOCUMENTS[1], "LangChain's best document");
}

async function retriever({ RerankingRetriever }) {
  same(typeof RerankingRetriever, "function", "RerankingRetriever");
}

async function llamaindex({ TogetherEmbeddings, TogetherReranker }, { createEmulator }) {
  const { fetch } = createEmulator();
  const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: "any", fetch });
  same((await embeddings.getTextEmbeddingsBatch(DOCUMENTS)).length, 3, "LlamaIndex's vectors");
  const reranker = new TogetherReranker({ model: RERANK, apiKey: "any", fetch, topN: 1 });
  const nodes = DOCUMENTS.map((text) => ({ node: { getContent: () => text } }));
  const [best] = await reranker.postprocessNodes(nodes, "What do plants make from light?");
  same(best.node, nodes[1].node, "LlamaIndex's best node");
}

async function aiSdk({ createTogether }, { createEmulator }) {
  const { fetch } = createEmulator();
  const together = createTogether({ apiKey: "any", fetch });
  const { embeddings } = await together.embeddingModel(EMBEDDING).doEmbed({ values: DOCUMENTS });
  same(embeddings.length, 3, "the AI SDK's vectors");
  const documents = { type: "text", values: DOCUMENTS };
  const query = "What do plants make from light?";
  const { ranking } = await together.rerankingModel(RERANK).doRerank({ documents, query, topN: 1 });
  same(ranking[0].index, 1, "the AI SDK's best document");
}

/**
 * @param load - Imports an entry of the package, by what follows its name: `""` for the first, `/emulator`.
 * @param entries - Which of them to try.
 * @param ports - Whether a port may be opened.
 * @returns `"passed"` or what went wrong, by entry.
 */
export async function smoke(load, entries, ports) {
  const verdicts = {};
  const checks = {
    "": [thousandTexts, rerank, abort, errorByCode],
    "/ai-sdk": [aiSdk],
    "/emulator": ports ? [realPort] : [],
    "/langchain": [langchain],
    "/langchain/retriever": [retriever],
    "/llamaindex": [llamaindex],
  };
  for (const entry of entries) {
    try {
      const emulator = await load("/emulator");
      const subject = await load(entry === "/emulator" ? "" : entry);
      for (const check of checks[entry]) await check(subject, emulator);
      verdicts[`.${entry}`] = "passed";
    } catch (error) {
      verdicts[`.${entry}`] = String(error instanceof Error ? error.message : error);
    }
  }
  return verdicts;
}
