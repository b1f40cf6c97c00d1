/**
 * Checks the packed tarball in every runtime. Plain JavaScript, because some runtimes do not compile TypeScript.
 *
 * A check throws if it fails. The result names the error of each entry.
 */

const EMBEDDING = "thenlper/gte-large";
const RERANK = "Salesforce/Llama-Rank-V1";
const DOCUMENTS = ["Rust eats iron.", "Plants turn light into sugar.", "Bees live on nectar."];

function expectSame(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} instead of ${String(expected)}`);
}

/** Embeds a thousand texts in order, as base64, although one request receives a 429. */
async function thousandTexts({ Embedder }, { createEmulator }) {
  const rateLimit = { status: 429, headers: { "x-ratelimit-reset": "0.05" } };
  const emulator = createEmulator({ faults: ["ok", rateLimit] });
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
  expectSame(vectors.length, 1000, "vectors");
  expectSame(vectors[999].join(), last[0].join(), "the last vector");
  expectSame(emulator.totals.rejected, 1, "429s");
  expectSame(events.includes("rate-limited"), true, "a rate-limited event");
  expectSame(emulator.requests[0].body.encoding_format, "base64", "encoding");
}

async function rerank({ Reranker }, { createEmulator }) {
  const reranker = new Reranker({ model: RERANK, apiKey: "any", fetch: createEmulator().fetch });
  const [best] = await reranker.rerank("What do plants make from light?", DOCUMENTS, (text) => text);
  expectSame(best.item, DOCUMENTS[1], "the best document");
}

async function abort({ Embedder }, { createEmulator }) {
  const { fetch } = createEmulator({ faults: ["hang"] });
  const controller = new AbortController();
  const reason = new Error("enough");
  const embedder = new Embedder({ model: EMBEDDING, apiKey: "any", fetch });
  const embedding = embedder.embed(["a text"], { signal: controller.signal });
  controller.abort(reason);
  expectSame(await embedding.catch((error) => error), reason, "the abort's reason");
}

async function errorByCode({ Embedder, isTogetherError }, { createEmulator }) {
  const { fetch } = createEmulator({ apiKey: "right" });
  const error = await new Embedder({ model: EMBEDDING, apiKey: "wrong", fetch })
    .embed(["a text"])
    .catch((e) => e);
  expectSame(isTogetherError(error), true, "a TogetherError");
  expectSame(error.code, "unauthorized", "its code");
}

/** Sends a request through a port. Only for runtimes whose processes may open one. */
async function realPort({ Embedder }, { createEmulator }) {
  const server = await createEmulator().listen();
  try {
    const embedder = new Embedder({ model: EMBEDDING, apiKey: "any", baseURL: server.url });
    expectSame((await embedder.embed(["a text"])).vectors.length, 1, "vectors through a port");
  } finally {
    await server.close();
  }
}

async function langchain({ TogetherEmbeddings, TogetherReranker }, { createEmulator }) {
  const { fetch } = createEmulator();
  const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: "any", fetch });
  expectSame((await embeddings.embedDocuments(DOCUMENTS)).length, 3, "LangChain's vectors");
  const reranker = new TogetherReranker({ model: RERANK, apiKey: "any", fetch, topN: 1 });
  const documents = DOCUMENTS.map((pageContent) => ({ pageContent, metadata: {} }));
  const [best] = await reranker.compressDocuments(documents, "What do plants make from light?");
  expectSame(best.pageContent, DOCUMENTS[1], "LangChain's best document");
}

async function retriever({ RerankingRetriever }) {
  expectSame(typeof RerankingRetriever, "function", "RerankingRetriever");
}

async function llamaindex({ TogetherEmbeddings, TogetherReranker }, { createEmulator }) {
  const { fetch } = createEmulator();
  const embeddings = new TogetherEmbeddings({ model: EMBEDDING, apiKey: "any", fetch });
  expectSame((await embeddings.getTextEmbeddingsBatch(DOCUMENTS)).length, 3, "LlamaIndex's vectors");
  const reranker = new TogetherReranker({ model: RERANK, apiKey: "any", fetch, topN: 1 });
  const nodes = DOCUMENTS.map((text) => ({ node: { getContent: () => text } }));
  const [best] = await reranker.postprocessNodes(nodes, "What do plants make from light?");
  expectSame(best.node, nodes[1].node, "LlamaIndex's best node");
}

async function aiSdk({ createTogether }, { createEmulator }) {
  const { fetch } = createEmulator();
  const together = createTogether({ apiKey: "any", fetch });
  const { embeddings } = await together.embeddingModel(EMBEDDING).doEmbed({ values: DOCUMENTS });
  expectSame(embeddings.length, 3, "the AI SDK's vectors");
  const documents = { type: "text", values: DOCUMENTS };
  const query = "What do plants make from light?";
  const { ranking } = await together.rerankingModel(RERANK).doRerank({ documents, query, topN: 1 });
  expectSame(ranking[0].index, 1, "the AI SDK's best document");
}

/**
 * Runs the checks of each entry.
 *
 * @param load - Imports an entry, without the package's name: `""` for the first, `/emulator`.
 * @param entries - The entries to check.
 * @param ports - Whether the process may open a port.
 * @returns `"passed"` or the error's message, by entry.
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
