/** Suggests the meaning of an unknown option: a typing slip, or the name that another package uses. */

import { nearestName, plainName } from "./nearest-name.js";

/**
 * One row per meaning: our option, the names in other packages, and how to write it if the option has another form. A
 * row counts only for classes that have the option. The first such row wins.
 *
 * Looked up in 2026-11: the embeddings of LangChain.js for OpenAI, Cohere and Together AI, LlamaIndex.TS
 * `OpenAIEmbedding`, the AI SDK's `embedMany`, and earlier versions of this package. The other names are common in
 * rerankers, in the OpenAI and Cohere SDKs and in Python packages, without a source.
 */
const HABITS: readonly (readonly [option: string, names: string, form?: string])[] = [
  ["model", "modelName modelId embeddingModel rerankModel deployment deploymentName engine"],
  ["apiKey", "key token apiToken accessToken togetherApiKey togetherAIApiKey openAIApiKey cohereApiKey"],
  ["baseURL", "basePath apiBase baseApi url host endpoint togetherApiBase openAIApiBase environment"],
  ["timeout", "requestTimeout timeoutInSeconds"],
  ["maxRetries", "retries maxRetry maxAttempts numRetries retryCount"],
  ["maxConcurrency", "concurrency maxParallelCalls maxConcurrentRequests maxParallelRequests maxConcurrent"],
  ["batchSize", "batch chunkSize embedBatchSize maxBatchSize maxEmbeddingsPerCall batchLength"],
  ["dimensions", "dims dim vectorSize embeddingSize outputDimension outputDimensionality"],
  ["queryPrefix", "queryInstruction queryInstructionForRetrieval queryPrompt"],
  ["documentPrefix", "documentInstruction passagePrefix textInstruction embedInstruction"],
  ["queryPrefix", "inputType taskType", "queries have their own method; a prefix is `queryPrefix`"],
  ["normalize", "normalizeEmbeddings normalizeVectors"],
  ["longText", "truncate truncation", 'write `longText: "reject"` for an error, or leave it out'],
  ["maxInputTokens", "maxSeqLength maxSequenceLength embeddingCtxLength"],
  ["countTokens", "tokenizer", "write `countTokens: (text) => ...`, which returns a number"],
  ["encodingFormat", "encoding encodingType embeddingTypes"],
  ["cache", "store byteStore documentEmbeddingStore"],
  ["cache", "namespace", "write `cache: { store, namespace }`"],
  ["topN", "topK top k n limit numResults maxResults"],
  ["minScore", "scoreThreshold threshold similarityCutoff relevanceThreshold minRelevanceScore"],
  [
    "documentText",
    "rankFields textKey textOf",
    "write `documentText: (document) => ...`, which returns the text",
  ],
  ["topN", "returnDocuments", "leave it out: the results are your own documents"],
  ["fallback", "onFailure fallbackMode"],
  ["client", "session togetherClient openAIClient"],
  [
    "client",
    "headers defaultHeaders customHeaders additionalHeaders defaultQuery configuration clientOptions clientConfig " +
      "additionalSessionOptions fetchOptions httpAgent organization project projectID",
    "set it on a custom client: `client: new Together({ ... })`",
  ],
  ["onEvent", "onFailedAttempt onRetry", "write `onEvent: (event) => ...`, which receives each retry"],
  ["onEvent", "callbacks callbackManager logger verbose", "write `onEvent: (event) => ...`"],
  ["signal", "abortSignal abortController controller cancelToken"],
  ["signal", "timeout", "write `signal: AbortSignal.timeout(ms)`"],
  ["onProgress", "progressCallback onProgressUpdate progress"],
  ["model", "signal abortSignal abortController", "pass `{ signal }` to each call"],
  ["model", "onProgress progressCallback", "pass `{ onProgress }` to each call"],
  ["model", "stripNewLines", "leave it out: texts are sent as they are"],
  ["retriever", "baseRetriever"],
  ["retriever", "vectorStore", "write `retriever: vectorStore.asRetriever(20)`"],
  ["reranker", "baseCompressor documentCompressor compressor ranker"],
  ["reranker", "topN topK", "set `topN` of the reranker"],
];

/** Returns the fix for an option that a class does not have; `undefined` if its meaning is not known. */
export function suggestFor(unknown: string, known: readonly string[]): string | undefined {
  const plain = plainName(unknown);
  const exact = known.find((name) => plainName(name) === plain);
  const [option, , form] =
    HABITS.find(
      ([one, names]) => known.includes(one) && names.split(" ").some((name) => plainName(name) === plain),
    ) ?? [];
  if (exact === undefined && form !== undefined) return form;
  const meant = exact ?? option ?? nearestName(unknown, known);
  return meant === undefined ? undefined : `did you mean \`${meant}\`?`;
}
