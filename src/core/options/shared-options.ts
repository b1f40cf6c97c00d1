/** Options of embedders and rerankers: the interface that users read, and the table that the code reads. */

import type Together from "together-ai";
import type { TogetherEvent } from "../events.js";
import { baseModel, type ModelKind } from "./base-model.js";
import { apiKey, modelId, togetherClient, url } from "./connection.js";
import { func, integer, type OptionTable } from "./option-types.js";

/**
 * The part of `fetch` that this package uses: the global one, that of undici or node-fetch, or a custom one. The client
 * calls it with a URL and an object, and reads the properties of {@link FetchResponse}.
 */
export type Fetch = (input: string | URL, init?: FetchInit) => Promise<FetchResponse>;

/** The request that the client passes to a `fetch`. */
export interface FetchInit {
  /** Always `"POST"`. */
  method: string;
  /** The API key is in `authorization`. */
  headers: Record<string, string>;
  /** JSON with the texts. */
  body: string;
  /** Aborted by the caller and by `timeout`. */
  signal: AbortSignal;
  /** A redirect is returned, not followed, and causes an error. */
  redirect: "manual";
}

/** The properties of a response that the client reads. Every `Response` has them. */
export interface FetchResponse {
  /** Whether the status is from 200 to 299. */
  readonly ok: boolean;
  /** The HTTP status. */
  readonly status: number;
  /** The headers; `get` ignores case. */
  readonly headers: { get(name: string): string | null };
  /** A `ReadableStream`, or a stream of Node; `null` if there is none. */
  readonly body: unknown;
  /** Reads the body as bytes. */
  arrayBuffer(): Promise<ArrayBuffer>;
  /** Reads the body as text. */
  text(): Promise<string>;
}

/**
 * Options that embeddings and reranking share. They may be own properties of the object, or of its class, such as
 * getters; properties of `Object.prototype` are ignored.
 */
export interface SharedOptions {
  /**
   * Together's API key, sent only to `baseURL`. It is in no property, message or event.
   *
   * @defaultValue environment variable `TOGETHER_API_KEY`, then `TOGETHER_AI_API_KEY`
   */
  apiKey?: string | undefined;

  /**
   * URL of the API, http or https. For a model on your own dedicated endpoint, set
   * `"https://api-inference.together.ai/v1"` (Together's dedicated inference documentation, 2026-08).
   *
   * @defaultValue environment variable `TOGETHER_BASE_URL`, then `TOGETHER_API_BASE`, then
   * `"https://api.together.ai/v1"`
   */
  baseURL?: string | undefined;

  /**
   * Milliseconds that one attempt may take, from sending to the last byte of the response. Whole number, 1 to
   * 2,147,483,647. An attempt that takes longer is retried.
   *
   * @defaultValue 60_000
   */
  timeout?: number | undefined;

  /**
   * How often one request is retried after a server or network failure. Whole number, 0 to 100.
   *
   * A 429 does not count. For documents, an outage does not count either: the statuses 502, 503, 504 and 529, a lost
   * connection, and a wrong response with status 200. `retryDeadline` limits both. But a failed connection counts if the
   * server has never responded, and a wrong response if other requests have succeeded since its request was sent.
   *
   * @defaultValue 5
   */
  maxRetries?: number | undefined;

  /**
   * How long a model may succeed with nothing before callers receive an error, in milliseconds. Whole number, 1 to
   * 2,147,483,647. Raise it for an endpoint whose cold start takes minutes.
   *
   * It applies to documents, and to all callers that wait because of a 429. In an outage, queries and rerank requests
   * wait only as long as their own retries would take. A document request also fails if it has failed for this long
   * while others succeed. The client does not wait for a longer `retry-after` or `x-ratelimit-reset`. A request in
   * flight is not aborted: it has its `timeout`.
   *
   * @defaultValue 120_000
   */
  retryDeadline?: number | undefined;

  /**
   * Maximum number of requests in flight. Whole number, 1 to 1,024. The client finds how many the server works on at
   * once, and keeps below this number. All objects with the same `fetch`, origin, key and model count together.
   *
   * @defaultValue 128
   */
  maxConcurrency?: number | undefined;

  /**
   * Replaces the global `fetch`, for a proxy or for tests with `createEmulator().fetch`. It may be that of undici or
   * node-fetch. It must throw if the connection fails, and return a `Response`.
   *
   * @defaultValue `globalThis.fetch`
   */
  fetch?: Fetch | undefined;

  /**
   * Your own `Together` client, instead of `apiKey`, `baseURL` and `fetch`. Its headers and redirects stay as you set
   * them. Its retries and its timeout are replaced by `maxRetries` and `timeout`.
   *
   * @defaultValue created from `apiKey`, `baseURL` and `fetch`
   */
  client?: Together | undefined;

  /**
   * Receives an event when something happens: requests, responses with usage, retries, delays, cache lookups. It is
   * called synchronously, so keep it fast. An error that it throws is ignored, and so is the rejection of an async
   * function.
   *
   * @defaultValue none
   */
  onEvent?: ((event: TogetherEvent) => void) | undefined;
}

/** The longest delay that a timer supports. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Requests in flight at once, unless the option `maxConcurrency` is set. */
export const DEFAULT_MAX_CONCURRENCY = 128;

/** Creates one entry per option, in the order of error messages and of docs/reference/configuration.md. */
export const sharedOptions = (kind: ModelKind) =>
  ({
    model: modelId,
    baseModel: baseModel(kind),
    apiKey: apiKey({ environment: ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY"] }),
    // Together's Python packages and mem0 read TOGETHER_API_BASE (2026-11).
    baseURL: url({
      environment: ["TOGETHER_BASE_URL", "TOGETHER_API_BASE"],
      default: "https://api.together.ai/v1",
    }),
    timeout: integer({ min: 1, max: MAX_TIMEOUT_MS, default: 60_000 }),
    maxRetries: integer({ min: 0, max: 100, default: 5 }),
    retryDeadline: integer({ min: 1, max: MAX_TIMEOUT_MS, default: 120_000 }),
    maxConcurrency: integer({ min: 1, max: 1024, default: DEFAULT_MAX_CONCURRENCY }),
    fetch: func<Fetch>(),
    client: togetherClient,
    onEvent: func<(event: TogetherEvent) => void>(),
  }) as const satisfies OptionTable<SharedOptions & { model: string; baseModel?: string }>;
