import type { ColdStart } from "./faults/cold-start.js";
import type { Faults } from "./faults/fault-plan.js";
import type { Fault } from "./faults/fault.js";
import type { Outage } from "./faults/outages.js";
import type { ChatMessage, EmulatedModel } from "./models.js";
import type { LimitRule, RateLimitOptions } from "./rate-limit/rate-limit-options.js";
import type { EmulatorRequest } from "./request-log.js";

/** Options of the emulator. All are optional: by default it serves every known model, without limits or faults. */
export interface EmulatorOptions {
  /**
   * The models to serve, by id. Any other id is rejected as Together rejects a model that is not serverless: 400,
   * `model_not_available`. To add a model, set `{ ...emulatedModels, "me/my-endpoint": { ... } }`.
   *
   * @defaultValue {@link emulatedModels}
   */
  readonly models?: Readonly<Record<string, EmulatedModel>>;
  /** The only valid API key; any other is rejected with a 401. @defaultValue any key that is not empty */
  readonly apiKey?: string;
  /**
   * Network round trip in milliseconds, 0 to 2,147,483,647, without the service time: half before the request is
   * processed and half after. A function sets it per request.
   *
   * @defaultValue 0
   */
  readonly latency?: number | ((request: EmulatorRequest) => number);
  /**
   * Requests that are processed concurrently, 1 or more. Further requests queue. Like all counts it is a whole number,
   * or `Infinity` for no limit.
   *
   * @defaultValue no limit
   */
  readonly workers?: number;
  /**
   * Time that a worker needs for a request. Milliseconds, 0 to 2,147,483,647. A function sets it per request.
   *
   * @defaultValue 0
   */
  readonly serviceTime?: number | ((request: EmulatorRequest) => number);
  /** Maximum length of the queue, 0 or more. Further requests fail with `queueFull`. @defaultValue no limit */
  readonly maxQueue?: number;
  /**
   * The fault of a request that arrives when the queue is full, for example
   * `{ status: 429, headers: { "retry-after": "2" } }`. Together uses a 503 for missing capacity.
   *
   * @defaultValue `{ status: 503 }`
   */
  readonly queueFull?: Fault;
  /** The rate limit. Use `setLimits` to change it later. @defaultValue none */
  readonly limits?: RateLimitOptions | LimitRule;
  /** Which requests fail, and how. Use `setFaults` to change it later. @defaultValue none */
  readonly faults?: Faults;
  /**
   * When the whole server fails, and how. Times count from the creation of the emulator. The rate limit and `faults`
   * ignore these requests. Use `setOutages` to change it later.
   *
   * @defaultValue none
   */
  readonly outages?: readonly Outage[];
  /**
   * How long a model takes to start after the first request to it, as a dedicated endpoint that has scaled to zero.
   * The rate limit and `faults` ignore requests that fail until then.
   *
   * @defaultValue none
   */
  readonly coldStart?: ColdStart;
  /**
   * How far the server's clock is ahead of this machine's, in milliseconds; any finite number. It determines the
   * `date` header of responses, and the resets of a rate limit that are dates.
   *
   * @defaultValue 0
   */
  readonly clockSkew?: number;
  /**
   * Maximum number of texts per request, 1 or more. More are rejected with `tooLargeStatus`. The defaults are the
   * largest batches that this package sends.
   *
   * @defaultValue 2048 inputs of embeddings, 10,000 documents or messages
   */
  readonly maxBatchTexts?: number;
  /**
   * Maximum number of estimated tokens per request, 1 or more. For reranking, the query counts with each document. More
   * are rejected with `tooLargeStatus`.
   *
   * @defaultValue no limit
   */
  readonly maxBatchTokens?: number;
  /**
   * Maximum size of a request body in bytes, 1 or more. A larger one is rejected with a 413, and its rest is not kept in
   * memory. The default of 32 MiB has room for 2,048 texts of 16,000 characters.
   *
   * @defaultValue 33_554_432
   */
  readonly maxBodyBytes?: number;
  /** Status of the response to too many texts or tokens; servers differ. @defaultValue 413 */
  readonly tooLargeStatus?: 400 | 403 | 413 | 422;
  /**
   * Treatment of a text that exceeds the model's `maxTokens`: silently truncated, or rejected with vLLM's 400.
   * Together does not document which of the two it does.
   *
   * @defaultValue "truncate"
   */
  readonly longText?: "truncate" | "reject";
  /** Treatment of empty texts and of whitespace: accepted, or rejected with a 400. @defaultValue "accept" */
  readonly blankText?: "accept" | "reject";
  /**
   * Treatment of `encoding_format: "base64"`: served, ignored (the response has floats, as Together's had before
   * 2025-09), or rejected with a 400.
   *
   * @defaultValue "serve"
   */
  readonly base64?: "serve" | "ignore" | "reject";
  /** Replaces the lexical embedding model. Returns one vector per text. @defaultValue the lexical model */
  readonly embed?: (
    texts: readonly string[],
    model: string,
  ) => readonly ArrayLike<number>[] | Promise<readonly ArrayLike<number>[]>;
  /**
   * Replaces the lexical rerank model. Returns one score per document; larger is better.
   *
   * @defaultValue the lexical model
   */
  readonly rank?: (
    query: string,
    documents: readonly string[],
    model: string,
  ) => ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Replaces the extractive chat model. Returns the assistant's text. @defaultValue the extractive model */
  readonly chat?: (messages: readonly ChatMessage[], model: string) => string | Promise<string>;
  /**
   * Random number generator, from 0 up to 1, for shuffled items, request ids and `limits.randomShare`.
   *
   * @defaultValue `seededRandom(1)`
   */
  readonly random?: () => number;
  /** Number of the latest requests to keep, 0 or more. The log may keep twice as many. @defaultValue 10_000 */
  readonly keepRequests?: number;
  /** Whether to keep the bodies of requests. Without them the log needs little memory. @defaultValue true */
  readonly keepBodies?: boolean;
}
