import { describe, expect, it } from "vitest";
import { embedderOptions } from "../../../../src/core/options/embedder-options.js";
import { nearestModel } from "../../../../src/core/options/nearest-model.js";
import { suggestFor } from "../../../../src/core/options/option-habits.js";
import { callOptions } from "../../../../src/core/options/read-call-options.js";
import { rerankerOptions } from "../../../../src/core/options/reranker-options.js";
import { errorMessage } from "../../../support/error-message.js";
import { Reranker } from "../../../../src/index.js";

const embedder = Object.keys(embedderOptions);
const reranker = Object.keys(rerankerOptions);
const langchainReranker = [...reranker, "documentText"];
const llamaIndex = [...embedder, "embedBatchSize"];
const retriever = ["retriever", "reranker", "callbacks", "tags", "metadata", "verbose"];
const call = Object.keys(callOptions);
const rerankCall = [...call, "topN", "minScore"];

/** A name, its class, and the expected suggestion; `undefined` for no suggestion. */
type Slip = readonly [known: readonly string[], slip: string, expected: string | undefined];

/** Habits of users of other packages. */
const habits: readonly Slip[] = [
  [embedder, "modelName", "`model`"],
  [embedder, "modelId", "`model`"],
  [embedder, "model_name", "`model`"],
  [embedder, "openAIApiKey", "`apiKey`"],
  [embedder, "togetherAIApiKey", "`apiKey`"],
  [embedder, "together_api_key", "`apiKey`"],
  [embedder, "token", "`apiKey`"],
  [embedder, "basePath", "`baseURL`"],
  [embedder, "together_api_base", "`baseURL`"],
  [embedder, "endpoint", "`baseURL`"],
  [embedder, "request_timeout", "`timeout`"],
  [embedder, "timeoutMs", "`timeout`"],
  [embedder, "maxRetry", "`maxRetries`"],
  [embedder, "max_retries", "`maxRetries`"],
  [embedder, "retries", "`maxRetries`"],
  [embedder, "concurrency", "`maxConcurrency`"],
  [embedder, "maxParallelCalls", "`maxConcurrency`"],
  [embedder, "chunkSize", "`batchSize`"],
  [embedder, "embedBatchSize", "`batchSize`"],
  [embedder, "maxEmbeddingsPerCall", "`batchSize`"],
  [llamaIndex, "embed_batch_size", "`embedBatchSize`"],
  [embedder, "dimension", "`dimensions`"],
  [embedder, "outputDimensionality", "`dimensions`"],
  [embedder, "query_instruction", "`queryPrefix`"],
  [embedder, "inputType", "`queryPrefix`"],
  [embedder, "normalize_embeddings", "`normalize`"],
  [embedder, "truncate", "`longText"],
  [embedder, "tokenizer", "`countTokens"],
  [embedder, "embeddingTypes", "`encodingFormat`"],
  [embedder, "encoding_format", "`encodingFormat`"],
  [embedder, "documentEmbeddingStore", "`cache`"],
  [embedder, "namespace", "`cache: { store, namespace }`"],
  [embedder, "headers", "`client: "],
  [embedder, "defaultHeaders", "`client: "],
  [embedder, "configuration", "`client: "],
  [embedder, "additionalSessionOptions", "`client: "],
  [embedder, "organization", "`client: "],
  [embedder, "session", "`client`"],
  [embedder, "onFailedAttempt", "`onEvent"],
  [embedder, "callbacks", "`onEvent"],
  [embedder, "stripNewLines", "leave it out"],
  [embedder, "abortSignal", "`{ signal }` to each call"],
  [reranker, "topK", "`topN`"],
  [reranker, "top_n", "`topN`"],
  [reranker, "k", "`topN`"],
  [reranker, "scoreThreshold", "`minScore`"],
  [reranker, "similarityCutoff", "`minScore`"],
  [reranker, "returnDocuments", "leave it out"],
  [reranker, "onFailure", "`fallback`"],
  [langchainReranker, "rankFields", "`documentText"],
  [retriever, "baseRetriever", "`retriever`"],
  [retriever, "baseCompressor", "`reranker`"],
  [retriever, "documentCompressor", "`reranker`"],
  [retriever, "vectorStore", "`retriever: "],
  [retriever, "topN", "`topN` of the reranker"],
  [call, "abortSignal", "`signal`"],
  [call, "progressCallback", "`onProgress`"],
  [call, "timeout", "`signal: AbortSignal.timeout(ms)`"],
  [rerankCall, "top_k", "`topN`"],
];

const typingSlips: readonly Slip[] = [
  [embedder, "maxConcurency", "`maxConcurrency`"],
  [embedder, "maxRetires", "`maxRetries`"],
  [embedder, "modle", "`model`"],
  [embedder, "apikey", "`apiKey`"],
  [embedder, "baseUrl", "`baseURL`"],
  [embedder, "BASE_URL", "`baseURL`"],
  [embedder, "timout", "`timeout`"],
  [embedder, "batchsize", "`batchSize`"],
  [embedder, "batchSzie", "`batchSize`"],
  [embedder, "normalise", "`normalize`"],
  [embedder, "documentPrefx", "`documentPrefix`"],
  [embedder, "retryDeadLine", "`retryDeadline`"],
  [embedder, "onEvents", "`onEvent`"],
  [embedder, "maxInputToken", "`maxInputTokens`"],
  [embedder, "countToken", "`countTokens`"],
  [reranker, "minscore", "`minScore`"],
  [reranker, "fallBack", "`fallback`"],
  [langchainReranker, "documentTxt", "`documentText`"],
  [call, "singal", "`signal`"],
  [call, "onprogress", "`onProgress`"],
  // Not in the tables, and too far from every name.
  [embedder, "maxDims", "`dimensions`"],
  [embedder, "waitMs", "`timeout`"],
];

/** Names without an equivalent: any suggestion would be wrong. */
const unknown: readonly Slip[] = [
  ...["temperature", "maxTokens", "maxOutputTokens", "maxNewTokens", "topP", "topK", "stream", "prompt"].map(
    (name): Slip => [embedder, name, undefined],
  ),
  ...["user", "cacheDir", "onError", "metadata", "documents", "maxChunksPerDoc"].map((name): Slip => [
    embedder,
    name,
    undefined,
  ]),
  ...["maxScore", "normalize", "dimensions", "topP", "documentPrefix", "query"].map((name): Slip => [
    reranker,
    name,
    undefined,
  ]),
  ...["headers", "batchSize", "model", "callbacks"].map((name): Slip => [call, name, undefined]),
  ...["llmChain", "queryCount", "searchType"].map((name): Slip => [retriever, name, undefined]),
];

const slips = [...habits, ...typingSlips, ...unknown];

function verdictOf([known, slip, expected]: Slip): "right" | "none" | "wrong" {
  const found = suggestFor(slip, known);
  if (found === undefined) return expected === undefined ? "right" : "none";
  return expected !== undefined && found.includes(expected) ? "right" : "wrong";
}

describe("suggestFor", () => {
  it("suggests the right option for at least 90 % of common names, and never a wrong one", () => {
    const meant = slips.filter(([, , expected]) => expected !== undefined);
    const count = (verdict: string): number => meant.filter((slip) => verdictOf(slip) === verdict).length;
    const figures = {
      slips: meant.length,
      right: count("right"),
      none: count("none"),
      wrong: count("wrong"),
    };
    console.info(`suggestions: ${JSON.stringify(figures)}`);
    expect(slips.filter((slip) => verdictOf(slip) === "wrong").map(([, slip]) => slip)).toEqual([]);
    expect(meant.length).toBeGreaterThanOrEqual(60);
    expect(figures.right / figures.slips).toBeGreaterThanOrEqual(0.9);
  });

  it.each(unknown)("suggests nothing for a name without an equivalent: %j, %s", (known, slip) => {
    expect(suggestFor(slip, known)).toBeUndefined();
    expect(unknown.length).toBeGreaterThanOrEqual(15);
  });

  it("names an option in the error of a constructor", () => {
    expect(errorMessage({ modelName: "m" })).toBe(
      "Cannot create Embedder: `modelName` is not an option; did you mean `model`?",
    );
    expect(errorMessage({ headers: {} }, Reranker)).toBe(
      "Cannot create Reranker: `headers` is not an option; set it on a custom client: `client: new Together({ ... })`",
    );
  });
});

describe("nearestModel", () => {
  it.each([
    ["BAAI/bge-large-en-v1-5", "BAAI/bge-large-en-v1.5"],
    ["bge-large-en-v1.5", "BAAI/bge-large-en-v1.5"],
    ["baai/BGE-large-en-v1.5", "BAAI/bge-large-en-v1.5"],
    ["BAAI/bge-lagre-en-v1.5", "BAAI/bge-large-en-v1.5"],
    ["BAAI/bge_base_en_v1.5", "BAAI/bge-base-en-v1.5"],
    ["multilingual-e5-large-instruct", "intfloat/multilingual-e5-large-instruct"],
    ["gte-modernbert-base", "Alibaba-NLP/gte-modernbert-base"],
    ["togethercomputer/m2-bert-80m-8k-retreival", "togethercomputer/m2-bert-80M-8k-retrieval"],
    ["UAE-Large-V1", "WhereIsAI/UAE-Large-V1"],
    ["salesforce/llama-rank-v1", "Salesforce/Llama-Rank-V1"],
    ["Llama-Rank-V1", "Salesforce/Llama-Rank-V1"],
    ["mxbai-rerank-large-v2", "mixedbread-ai/Mxbai-Rerank-Large-V2"],
  ])("returns for %s the known id %s", (id, expected) => {
    expect(nearestModel(id)).toBe(expected);
  });

  it.each([
    "BAAI/bge-large-en-v1.5",
    "BAAI/bge-large-zh-v1.5",
    "BAAI/bge-small-en-v1.5",
    "BAAI/bge-m3",
    "BAAI/bge-large-en",
    "intfloat/e5-large-v2",
    "intfloat/multilingual-e5-small",
    "thenlper/gte-base",
    "acme/bge-large-en-v1.5",
    "acme/e5-large",
    "togethercomputer/m2-bert-80M-4k-retrieval",
    "mixedbread-ai/Mxbai-Rerank-Base-V2",
    "text-embedding-3-small",
    "rerank-english-v3.0",
    "me/embedding",
    "",
  ])("returns none for %s, which is another model or an endpoint", (id) => {
    expect(nearestModel(id)).toBeUndefined();
  });
});
