/** Options as given, checked and with every default filled in. */

import type Together from "together-ai";
import { Check } from "./option-reader.js";
import { cannot } from "../errors/together-error.js";
import type { TogetherEvent } from "../events.js";
import { embeddingModel, rerankModel } from "../models.js";
import {
  MAX_BATCH_SIZE as MOST_TEXTS,
  type ByteStore,
  type EmbedderOptions,
  type Fetch,
  type RerankerOptions,
} from "./options.js";

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

export interface ResolvedReranker extends ResolvedShared {
  readonly topN: number | undefined;
  readonly minScore: number | undefined;
  readonly batchSize: number;
  readonly fallback: "none" | "original-order";
}

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

const RANKER = [...SHARED, "topN", "minScore", "batchSize", "fallback"] as const;

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

/** Fills in the defaults of a reranker. */
export function resolveReranker(options: RerankerOptions, name: string): ResolvedReranker {
  const check = new Check(options, RANKER, name);
  const shared = resolveShared(check);
  return {
    ...shared,
    topN: check.whole("topN", 1),
    minScore: check.finite("minScore"),
    batchSize: check.whole("batchSize", 1, 10_000) ?? rerankModel(shared.model)?.maxDocuments ?? RERANK_BATCH,
    fallback: check.oneOf("fallback", ["none", "original-order"]) ?? "none",
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
