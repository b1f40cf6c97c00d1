import { Embedder } from "../core/embed/embedder.js";
import { embeddingModel, rerankModel as rerankModelOf } from "../core/models.js";
import { resolveEmbedder, resolveReranker } from "../core/options/resolve-options.js";
import { Reranker } from "../core/rerank/reranker.js";
import type { Observation } from "./assumptions.js";
import { readConnection } from "./connection.js";
import { probeEmbeddings } from "./embeddings.js";
import { MAX_BATCH_REQUESTS } from "./max-batch.js";
import type { Observe } from "./observations.js";
import { ProbeClient } from "./probe-client.js";
import { embedderCode, rerankerCode } from "./recommend.js";
import type { Report } from "./report.js";
import { probeRerank } from "./rerank.js";
import { DOCUMENTS, QUERY, SENTENCES } from "./texts.js";

/** The models and the endpoint to check. At least one of the models is required. */
export interface ProbeOptions {
  /** The embedding model. */
  readonly model?: string | undefined;
  /** The known model behind its name. */
  readonly baseModel?: string | undefined;
  /** The rerank model. */
  readonly rerankModel?: string | undefined;
  /** The known model behind its name. */
  readonly baseRerankModel?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly apiKey?: string | undefined;
  /** The model's limit, in tokens. @defaultValue that of a known model, else 8192 */
  readonly maxInputTokens?: number | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** For unknown models: more tokens than most models accept, at a low price. */
const DEFAULT_MAX_INPUT_TOKENS = 8192;

/** The requests except those of `findMaxBatch`: one by the package itself, and one per further question. */
const EMBEDDING_REQUESTS = 6;
const RERANK_REQUESTS = 6;

/** Returns the number of requests that {@link probe} sends at most, without retries. */
export function maxRequests({ model, rerankModel }: ProbeOptions): number {
  const embedding = model === undefined ? 0 : EMBEDDING_REQUESTS + MAX_BATCH_REQUESTS;
  return embedding + (rerankModel === undefined ? 0 : RERANK_REQUESTS + MAX_BATCH_REQUESTS);
}

/**
 * Checks the behaviour of an endpoint that Together does not document.
 *
 * @throws {TogetherError} if a request through the package itself fails.
 * @throws {@link ConnectionError} if a later request gets no complete response.
 */
export async function probe(options: ProbeOptions): Promise<Report> {
  const { model, rerankModel } = options;
  const { apiKey, baseURL } = readConnection(
    { apiKey: options.apiKey, baseURL: options.baseURL },
    "probe the endpoint",
  );
  checkModels(options);
  const client = new ProbeClient(baseURL, apiKey, options.fetch ?? globalThis.fetch);
  const observations: Observation[] = [];
  const observe: Observe = (id, observed, verdict) => {
    const failed = verdict === "failed";
    observations.push({
      id,
      observed,
      ...(failed ? { expected: undefined, failed } : { expected: verdict }),
    });
  };
  const recommended: string[] = [];
  if (model !== undefined) recommended.push(await checkEmbeddings(options, model, client, observe));
  if (rerankModel !== undefined)
    recommended.push(await checkReranking(options, rerankModel, client, observe));
  observe("rateHeaders", ...rateHeaders(client));
  return { baseURL, model, rerankModel, requests: client.responses.length, observations, recommended };
}

/** Checks the models and the models behind their names before the first request. */
function checkModels(options: ProbeOptions): void {
  const { model, baseModel, rerankModel, baseRerankModel } = options;
  if (model !== undefined) resolveEmbedder({ ...shared(options), model, baseModel }, "a probe");
  if (rerankModel === undefined) return;
  resolveReranker({ ...shared(options), model: rerankModel, baseModel: baseRerankModel }, "a probe");
}

/**
 * Checks embeddings. The first request goes through the package itself: a wrong key, model or address then fails with
 * the package's own error.
 *
 * @returns the recommended options, as code to paste.
 */
async function checkEmbeddings(
  options: ProbeOptions,
  model: string,
  client: ProbeClient,
  observe: Observe,
): Promise<string> {
  const { baseModel } = options;
  const embedder = new Embedder({ ...shared(options), model, baseModel, fetch: client.fetch });
  const { vectors } = await embedder.embed([...SENTENCES]);
  observe("vectorCount", `${vectors.length} of ${SENTENCES.length}`, true);
  const known = embeddingModel(baseModel ?? model);
  const limit = options.maxInputTokens ?? known?.maxInputTokens ?? DEFAULT_MAX_INPUT_TOKENS;
  const facts = await probeEmbeddings(client, model, limit, observe);
  return embedderCode({ model, baseModel, baseURL: options.baseURL }, facts);
}

/** Checks reranking, in the same way as embeddings. */
async function checkReranking(
  options: ProbeOptions,
  model: string,
  client: ProbeClient,
  observe: Observe,
): Promise<string> {
  const baseModel = options.baseRerankModel;
  const reranker = new Reranker({ ...shared(options), model, baseModel, fetch: client.fetch });
  const ranked = await reranker.rerank(QUERY, DOCUMENTS);
  observe("scoreCount", `${ranked.length} of ${DOCUMENTS.length}`, true);
  const known = rerankModelOf(baseModel ?? model);
  const limit = options.maxInputTokens ?? known?.maxInputTokens ?? DEFAULT_MAX_INPUT_TOKENS;
  const facts = await probeRerank(client, model, limit, observe);
  return rerankerCode({ model, baseModel, baseURL: options.baseURL }, facts);
}

function shared({
  apiKey,
  baseURL,
  fetch,
}: ProbeOptions): Pick<ProbeOptions, "apiKey" | "baseURL" | "fetch"> {
  return { apiKey, baseURL, fetch };
}

function rateHeaders({ responses }: ProbeClient): [observed: string, expected: boolean] {
  const names = responses
    .filter(({ status }) => status === 200)
    .flatMap(({ headers }) => [...headers.keys()])
    .filter((name) => /^(?:x-ratelimit|x-tokenlimit|ratelimit|retry-after)/.test(name));
  return names.length === 0 ? ["none", true] : [[...new Set(names)].join(", "), false];
}
