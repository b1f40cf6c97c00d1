/** Every option, its default, its range and its environment variable, in one place. */

import type Together from "together-ai";
import { Check } from "./check.js";
import { cannot } from "./errors.js";
import type { TogetherEvent } from "./events.js";
import { embeddingModel, rerankModel, type EmbeddingModelId, type RerankModelId } from "./models.js";

/** A `fetch`, as far as this package uses it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * Where vectors are kept between runs: any LangChain `BaseStore<string, Uint8Array>`, or anything else that
 * reads and writes many byte strings at once. What it throws is told to `onEvent`, and costs the entries, not the call.
 */
export interface ByteStore {
  /** One entry for each key, in order; `undefined` for what is not there. */
  mget(keys: string[]): Promise<(Uint8Array | undefined)[]>;
  /** Keeps entries, each with its key. One that is there already is replaced. */
  mset(entries: [string, Uint8Array][]): Promise<void>;
}

/** Options that embeddings and reranking share. */
export interface SharedOptions {
  /**
   * Together's API key. It is sent nowhere but to `baseURL`, and stands in no property, message or event.
   *
   * @defaultValue the environment's `TOGETHER_API_KEY`, then `TOGETHER_AI_API_KEY`
   */
  apiKey?: string | undefined;

  /**
   * Where the API is: http or https. A model on a dedicated endpoint of yours is reached through
   * `"https://api-inference.together.ai/v1"` (Together's dedicated inference documentation, 2026-08).
   *
   * @defaultValue the environment's `TOGETHER_BASE_URL`, then `"https://api.together.ai/v1"`
   */
  baseURL?: string | undefined;

  /**
   * Milliseconds that one attempt may take, from sending to the last byte of the answer. Whole number, 1 to
   * 2,147,483,647. An attempt that takes longer is retried.
   *
   * @defaultValue 60_000
   */
  timeout?: number | undefined;

  /**
   * How often one request is tried again after a failure of the server or the network. Whole number, 0 to 100.
   *
   * A 429 does not count: it says nothing against the request. It ends in an error when the model has answered
   * nothing for 120 seconds, or when the server asks for a longer wait than that.
   *
   * @defaultValue 5
   */
  maxRetries?: number | undefined;

  /**
   * The most requests under way at once, a ceiling below which the throttle finds its own level. Whole number,
   * 1 to 1,024. All objects with the same `fetch`, origin, key and model count together.
   *
   * @defaultValue 16
   */
  maxConcurrency?: number | undefined;

  /**
   * Replaces the global `fetch`: for a proxy, or for tests with `createEmulator().fetch`.
   *
   * @defaultValue `globalThis.fetch`
   */
  fetch?: Fetch | undefined;

  /**
   * A `Together` client of your own, instead of `apiKey`, `baseURL` and `fetch`. Its headers and redirects stay as
   * you set them; its retries and its timeout are replaced by ours.
   *
   * @defaultValue one made from those three
   */
  client?: Together | undefined;

  /**
   * Hears what happens: requests, answers with their usage, retries, waits, cache hits, repaired and over-long
   * texts. It is called synchronously, so keep it quick; what it throws is ignored.
   *
   * @defaultValue nobody hears
   */
  onEvent?: ((event: TogetherEvent) => void) | undefined;
}

/** Options of {@link Embedder} and, in every framework, of `TogetherEmbeddings`. */
export interface EmbedderOptions extends SharedOptions {
  /**
   * The embedding model, or `"<project>/<endpoint>"` for one on a dedicated endpoint. There is no default: an index
   * belongs to the model it was made with, and Together's models come and go.
   */
  model: EmbeddingModelId;

  /**
   * How many texts travel in one request. Whole number, 1 to 2,048. What you set is never exceeded, and a batch is
   * also full at 512 estimated tokens for each text it may hold. Left to itself, the number is 128; a sixteenth of a
   * list of short texts where that is more; and 512 once the server limits *requests* rather than tokens.
   *
   * @defaultValue 128 to 512
   */
  batchSize?: number | undefined;

  /**
   * The length of the vectors, if you know it: an answer of any other length is an error. Not sent to Together,
   * which cannot shorten vectors. Whole number, 1 to 65,536.
   *
   * @defaultValue that of the first answer
   */
  dimensions?: number | undefined;

  /**
   * What goes before a query. Some models were trained to need it: without it, E5 loses much of its quality. `""`
   * turns it off.
   *
   * @defaultValue what the model's card prescribes, for a known model; otherwise `""`
   */
  queryPrefix?: string | undefined;

  /**
   * What goes before each document. No known model of Together's wants one. An index made with it needs it for good.
   *
   * @defaultValue `""`
   */
  documentPrefix?: string | undefined;

  /**
   * Scales every vector to length 1, so that dot product equals cosine. Together returns longer vectors for some
   * models (measured on recorded answers: 1.05 to 1.54 for M2-BERT).
   *
   * @defaultValue false
   */
  normalize?: boolean | undefined;

  /**
   * What to do with a text beyond the model's limit. `"send"` sends it and tells `onEvent`: the server then cuts or
   * refuses it. `"reject"` throws before any request, naming its index; it needs `countTokens`.
   *
   * @defaultValue "send"
   */
  longText?: "send" | "reject" | undefined;

  /**
   * Tokens that one text may have, prefix and special tokens included. Whole number, 1 or more.
   *
   * @defaultValue that of a known model; otherwise none
   */
  maxInputTokens?: number | undefined;

  /**
   * Counts the tokens of a text as the model does. Without it they are estimated, which is good enough for filling
   * batches and for warnings, never for refusing a text.
   *
   * @defaultValue the estimate
   */
  countTokens?: ((text: string) => number) | undefined;

  /**
   * How vectors travel. `"base64"` is a quarter of the bytes and a fraction of the work; a server that ignores it or
   * refuses it is answered in kind, and remembered. Vectors that travel as floats keep their digits.
   *
   * @defaultValue "base64"
   */
  encodingFormat?: "base64" | "float" | undefined;

  /**
   * Keeps vectors between runs, so that no text is paid for twice and a killed job resumes where it was. A store,
   * or a store with a `namespace` of your own that keeps its entries apart from others'. Queries are not kept.
   *
   * @defaultValue none
   */
  cache?: ByteStore | { store: ByteStore; namespace?: string | undefined } | undefined;
}

/** Options of {@link Ranker} and, in every framework, of `TogetherReranker`. */
export interface RankerOptions extends SharedOptions {
  /** The reranker, or `"<project>/<endpoint>"` for one on a dedicated endpoint. There is no default. */
  model: RerankModelId;

  /**
   * How many of the best to return. Whole number, 1 or more.
   *
   * @defaultValue all
   */
  topN?: number | undefined;

  /**
   * Leaves out what scores less. Any finite number, on the model's own scale: 0 to 1 for Llama-Rank, possibly negative
   * for others.
   *
   * @defaultValue none
   */
  minScore?: number | undefined;

  /**
   * Documents in one request. Whole number, 1 to 10,000. A longer list is split and merged, and an event says so,
   * because scores of separate requests need not be comparable. A smaller number makes a long list several times
   * faster on an endpoint with replicas, and is safe for models that score each document by itself.
   *
   * @defaultValue the model's documented limit: 1,024 for Llama-Rank, and for unknown ones as well
   */
  batchSize?: number | undefined;

  /**
   * What to do when reranking fails for good. `"throw"` throws. `"keep-order"` returns the items in the order they
   * came in, without scores, and tells `onEvent`: a search that goes on. Bad input and an abort always throw.
   *
   * @defaultValue "throw"
   */
  onFailure?: "throw" | "keep-order" | undefined;
}

/** Shared options with every default filled in. */
export interface ResolvedShared {
  readonly model: string;
  readonly apiKey: string;
  readonly baseURL: string;
  readonly timeout: number;
  readonly maxRetries: number;
  readonly maxConcurrency: number;
  readonly fetch: Fetch | undefined;
  readonly client: Together | undefined;
  readonly onEvent: ((event: TogetherEvent) => void) | undefined;
}

export interface ResolvedEmbedder extends ResolvedShared {
  readonly batchSize: number | undefined;
  readonly dimensions: number | undefined;
  readonly queryPrefix: string;
  readonly documentPrefix: string;
  readonly normalize: boolean;
  readonly longText: "send" | "reject";
  readonly maxInputTokens: number | undefined;
  readonly countTokens: ((text: string) => number) | undefined;
  readonly encodingFormat: "base64" | "float";
  readonly cache: { readonly store: ByteStore; readonly namespace: string } | undefined;
}

export interface ResolvedRanker extends ResolvedShared {
  readonly topN: number | undefined;
  readonly minScore: number | undefined;
  readonly batchSize: number;
  readonly onFailure: "throw" | "keep-order";
}

/** Texts that one request may carry at most. */
export const MOST_TEXTS = 2048;

const DEFAULT_BASE_URL = "https://api.together.ai/v1";
const RERANK_BATCH = 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const SHARED = [
  "model",
  "apiKey",
  "baseURL",
  "timeout",
  "maxRetries",
  "maxConcurrency",
  "fetch",
  "client",
  "onEvent",
] as const;

const EMBEDDER = [
  ...SHARED,
  "batchSize",
  "dimensions",
  "queryPrefix",
  "documentPrefix",
  "normalize",
  "longText",
  "maxInputTokens",
  "countTokens",
  "encodingFormat",
  "cache",
] as const;

const RANKER = [...SHARED, "topN", "minScore", "batchSize", "onFailure"] as const;

/**
 * Fills in the defaults of an embedder.
 *
 * @param name - The class that the user is making, for messages.
 */
export function resolveEmbedder(options: EmbedderOptions, name: string): ResolvedEmbedder {
  const check = new Check(options, EMBEDDER, name);
  const shared = resolveShared(check);
  const known = embeddingModel(shared.model);
  const resolved: ResolvedEmbedder = {
    ...shared,
    batchSize: check.whole("batchSize", 1, MOST_TEXTS),
    dimensions: check.whole("dimensions", 1, 65_536),
    queryPrefix: check.text("queryPrefix") ?? known?.queryPrefix ?? "",
    documentPrefix: check.text("documentPrefix") ?? "",
    normalize: check.flag("normalize") ?? false,
    longText: check.oneOf("longText", ["send", "reject"]) ?? "send",
    maxInputTokens: check.whole("maxInputTokens", 1) ?? known?.maxInputTokens,
    countTokens: check.callable<(text: string) => number>("countTokens"),
    encodingFormat: check.oneOf("encodingFormat", ["base64", "float"]) ?? "base64",
    cache: resolveCache(check),
  };
  if (resolved.longText === "reject") checkReject(check, resolved);
  return resolved;
}

/** Fills in the defaults of a ranker. */
export function resolveRanker(options: RankerOptions, name: string): ResolvedRanker {
  const check = new Check(options, RANKER, name);
  const shared = resolveShared(check);
  return {
    ...shared,
    topN: check.whole("topN", 1),
    minScore: check.finite("minScore"),
    batchSize: check.whole("batchSize", 1, 10_000) ?? rerankModel(shared.model)?.maxDocuments ?? RERANK_BATCH,
    onFailure: check.oneOf("onFailure", ["throw", "keep-order"]) ?? "throw",
  };
}

function resolveShared(check: Check): ResolvedShared {
  const client = resolveClient(check);
  return {
    model: resolveModel(check),
    apiKey: client ? String(client.apiKey) : resolveKey(check),
    baseURL: resolveURL(check, client),
    timeout: check.whole("timeout", 1, LONGEST_TIMER_MS) ?? 60_000,
    maxRetries: check.whole("maxRetries", 0, 100) ?? 5,
    maxConcurrency: check.whole("maxConcurrency", 1, 1024) ?? 16,
    fetch: check.callable<Fetch>("fetch"),
    client,
    onEvent: check.callable<(event: TogetherEvent) => void>("onEvent"),
  };
}

function resolveModel(check: Check): string {
  const model = check.text("model");
  if (model === undefined || model.trim() === "") {
    throw check.wrong(
      "`model` is missing",
      'name the model your index belongs to, such as "BAAI/bge-large-en-v1.5", or "<project>/<endpoint>" for a dedicated endpoint',
    );
  }
  return model;
}

function resolveClient(check: Check): Together | undefined {
  const client = check.value("client");
  if (client === undefined) return undefined;
  const rivals = (["apiKey", "baseURL", "fetch"] as const).filter((name) => check.value(name) !== undefined);
  if (rivals.length > 0) {
    throw check.wrong(
      `\`client\` and \`${rivals.join("`, `")}\` are both set`,
      "set them on the client, or leave the client out",
    );
  }
  const usable =
    typeof client === "object" && client !== null && "embeddings" in client && "rerank" in client;
  if (!usable)
    throw check.wrong("`client` is not a Together client", 'pass `new Together()` from "together-ai"');
  return client as Together;
}

function resolveKey(check: Check): string {
  const key = check.text("apiKey") ?? environment("TOGETHER_API_KEY") ?? environment("TOGETHER_AI_API_KEY");
  if (key === undefined || key.trim() === "") {
    throw cannot(
      "missing_api_key",
      check.task,
      "there is no API key",
      "set the environment variable TOGETHER_API_KEY, or pass `apiKey`",
    );
  }
  // A header cannot hold these, and what fetch throws for them quotes the key.
  if (!/^[\x21-\x7e]+$/.test(key.trim())) {
    throw check.wrong("the API key holds a space, a line break or a special character", "copy it once more");
  }
  return key.trim();
}

function resolveURL(check: Check, client: Together | undefined): string {
  const given =
    client?.baseURL ?? check.text("baseURL") ?? environment("TOGETHER_BASE_URL") ?? DEFAULT_BASE_URL;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw check.wrong(
      "`baseURL` is not an http or https address",
      `write it like "${DEFAULT_BASE_URL}" (it may also come from TOGETHER_BASE_URL)`,
    );
  }
  if (url.username !== "" || url.password !== "" || /[?#]/.test(url.href)) {
    throw check.wrong(
      "`baseURL` holds a user name, a query or a fragment",
      "pass the plain address; credentials belong in `apiKey`",
    );
  }
  return url.href.replace(/\/+$/, "");
}

function resolveCache(check: Check): ResolvedEmbedder["cache"] {
  const cache = check.value("cache");
  if (cache === undefined) return undefined;
  if (isByteStore(cache)) return { store: cache, namespace: "" };
  const { store, namespace = "" } = Object(cache) as { store?: unknown; namespace?: unknown };
  if (isByteStore(store) && typeof namespace === "string") return { store, namespace };
  throw check.wrong(
    "`cache` has no `mget` and `mset`",
    "pass a LangChain byte store, or { store, namespace } with one",
  );
}

function isByteStore(value: unknown): value is ByteStore {
  const store = Object(value) as Partial<ByteStore>;
  return typeof store.mget === "function" && typeof store.mset === "function";
}

function checkReject(check: Check, { countTokens, maxInputTokens }: ResolvedEmbedder): void {
  if (!countTokens) {
    throw check.wrong(
      '`longText` is "reject" without `countTokens`',
      "pass the model's tokenizer, because an estimate must not refuse a text",
    );
  }
  if (maxInputTokens === undefined) {
    throw check.wrong('`longText` is "reject" for a model of unknown limit', "set `maxInputTokens`");
  }
}

/** Reads `process.env` where there is one; Deno asks for permission, and a "no" is no key. */
function environment(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name] || undefined;
  } catch {
    return undefined;
  }
}
