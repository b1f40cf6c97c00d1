import { Embedder } from "../core/embedder.js";
import { embeddingModel, rerankModel as rerankModelOf } from "../core/models.js";
import type { Fetch } from "../core/options.js";
import { resolveEmbedder } from "../core/resolve.js";
import { Ranker } from "../core/ranker.js";
import type { Observation } from "./assumptions.js";
import { probeEmbeddings } from "./embeddings.js";
import { Endpoint } from "./probe-client.js";
import { MOST_TRIES } from "./max-batch.js";
import type { Note } from "./observations.js";
import { embedderCode, rerankerCode } from "./recommend.js";
import type { Report } from "./report.js";
import { probeRerank } from "./rerank.js";
import { DOCUMENTS, QUERY, SENTENCES } from "./texts.js";

export interface ProbeOptions {
  readonly model?: string | undefined;
  readonly rerankModel?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Tokens of the longest text, where the model is not known. */
  readonly maxInputTokens?: number | undefined;
  readonly fetch?: Fetch | undefined;
}

/** Where nothing is known: longer than most models' limits, and still cheap. */
const UNKNOWN_LIMIT = 8192;

/** Requests beside those that look for the most texts: the package's own, and one for each question. */
const EMBEDDING_REQUESTS = 6;
const RERANK_REQUESTS = 6;

/** How many requests a probe sends at most, if none has to be repeated. */
export function mostRequests({ model, rerankModel }: ProbeOptions): number {
  const embedding = model === undefined ? 0 : EMBEDDING_REQUESTS + MOST_TRIES;
  return embedding + (rerankModel === undefined ? 0 : RERANK_REQUESTS + MOST_TRIES);
}

/**
 * Asks an endpoint all that Together does not document.
 *
 * @throws {TogetherError} if the endpoint does not answer the package itself.
 */
export async function probe(options: ProbeOptions): Promise<Report> {
  const { model, rerankModel } = options;
  const { apiKey, baseURL } = resolveEmbedder(
    { ...shared(options), model: model ?? rerankModel ?? "" },
    "a probe",
  );
  const endpoint = new Endpoint(baseURL, apiKey, options.fetch ?? globalThis.fetch);
  const observations: Observation[] = [];
  const note: Note = (id, observed, expected) => void observations.push({ id, observed, expected });
  const recommended: string[] = [];
  if (model !== undefined) recommended.push(await tryEmbeddings(options, model, endpoint, note));
  if (rerankModel !== undefined) recommended.push(await tryReranking(options, rerankModel, endpoint, note));
  note("rateHeaders", ...rateHeaders(endpoint));
  return { baseURL, model, rerankModel, requests: endpoint.replies.length, observations, recommended };
}

/**
 * Tries the package's own way first, so that a wrong key, model or address ends in its own sentence.
 *
 * @returns code to paste.
 */
async function tryEmbeddings(
  options: ProbeOptions,
  model: string,
  endpoint: Endpoint,
  note: Note,
): Promise<string> {
  const embedder = new Embedder({ ...shared(options), model, fetch: endpoint.fetch });
  const { vectors } = await embedder.embed([...SENTENCES]);
  note("answers", `${vectors.length} of ${SENTENCES.length}`, true);
  const limit = options.maxInputTokens ?? embeddingModel(model)?.maxInputTokens ?? UNKNOWN_LIMIT;
  return embedderCode(model, options.baseURL, await probeEmbeddings(endpoint, model, limit, note));
}

/** The same for a reranker. */
async function tryReranking(
  options: ProbeOptions,
  model: string,
  endpoint: Endpoint,
  note: Note,
): Promise<string> {
  const ranker = new Ranker({ ...shared(options), model, fetch: endpoint.fetch });
  const ranked = await ranker.rank(QUERY, [...DOCUMENTS], (document) => document);
  note("rerankAnswers", `${ranked.length} of ${DOCUMENTS.length}`, true);
  const limit = options.maxInputTokens ?? rerankModelOf(model)?.maxInputTokens ?? UNKNOWN_LIMIT;
  return rerankerCode(model, options.baseURL, await probeRerank(endpoint, model, limit, note));
}

function shared({
  apiKey,
  baseURL,
  fetch,
}: ProbeOptions): Pick<ProbeOptions, "apiKey" | "baseURL" | "fetch"> {
  return { apiKey, baseURL, fetch };
}

function rateHeaders({ replies }: Endpoint): [observed: string, expected: boolean] {
  const names = replies
    .filter(({ status }) => status === 200)
    .flatMap(({ headers }) => [...headers.keys()])
    .filter((name) => /^(?:x-ratelimit|x-tokenlimit|ratelimit|retry-after)/.test(name));
  return names.length === 0 ? ["none", true] : [[...new Set(names)].join(", "), false];
}
