import { checkColdStart, type ColdStart } from "./faults/cold-start.js";
import type { Faults } from "./faults/fault-plan.js";
import { UNAVAILABLE, checkFault, type Fault } from "./faults/fault.js";
import { checkOutages, type Outage } from "./faults/outages.js";
import { lexicalScores } from "./lexical/bm25.js";
import { answerFromContext } from "./lexical/chat.js";
import { lexicalVectors } from "./lexical/embed.js";
import {
  emulatedModels,
  type ChatMessage,
  type EmulatedEmbeddingModel,
  type EmulatedModel,
  type EmulatedRerankModel,
} from "./models.js";
import { seededRandom } from "./random.js";
import { checkLimits } from "./rate-limit/check-limits.js";
import type { LimitRule, RateLimitOptions } from "./rate-limit/limiter.js";
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
   * Network round trip in milliseconds, 0 or more, without the service time: half before the request is processed
   * and half after. A function sets it per request.
   *
   * @defaultValue 0
   */
  readonly latency?: number | ((request: EmulatorRequest) => number);
  /** Requests that are processed concurrently, 1 or more. Further requests queue. @defaultValue no limit */
  readonly workers?: number;
  /** Time that a worker needs for a request. Milliseconds, 0 or more. @defaultValue 0 */
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
  /** Maximum number of texts per request, 1 or more. More are rejected with `tooLargeStatus`. @defaultValue no limit */
  readonly maxBatchTexts?: number;
  /**
   * Maximum number of estimated tokens per request, 1 or more. More are rejected with `tooLargeStatus`.
   *
   * @defaultValue no limit
   */
  readonly maxBatchTokens?: number;
  /** Maximum size of a request body in bytes, 1 or more. A larger one is rejected with a 413. @defaultValue no limit */
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

type OptionWithoutDefault = "apiKey" | "limits" | "faults" | "outages" | "coldStart" | "embed" | "rank";
type CompleteOptions = Required<Omit<EmulatorOptions, OptionWithoutDefault>>;

/** The options with all defaults filled in. */
export interface EmulatorSettings extends CompleteOptions {
  readonly apiKey: string | undefined;
  readonly embed: (
    texts: readonly string[],
    id: string,
    model: EmulatedEmbeddingModel,
  ) => ArrayLike<number>[] | Promise<readonly ArrayLike<number>[]>;
  readonly rank: (
    query: string,
    documents: readonly string[],
    id: string,
    model: EmulatedRerankModel,
  ) => ArrayLike<number> | Promise<ArrayLike<number>>;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws RangeError if a number is out of range; TypeError if there is no such format of a reset.
 */
export function resolveSettings(options: EmulatorOptions): EmulatorSettings {
  checkNumbers(options);
  checkLimits(options.limits, ACTION);
  checkFault(options.queueFull, "queueFull", ACTION);
  checkOutages(options.outages, ACTION);
  checkColdStart(options.coldStart, ACTION);
  const { embed, rank } = options;
  return {
    models: options.models ?? emulatedModels,
    apiKey: options.apiKey,
    latency: options.latency ?? 0,
    workers: options.workers ?? Infinity,
    serviceTime: options.serviceTime ?? 0,
    maxQueue: options.maxQueue ?? Infinity,
    queueFull: options.queueFull ?? UNAVAILABLE,
    clockSkew: options.clockSkew ?? 0,
    maxBatchTexts: options.maxBatchTexts ?? Infinity,
    maxBatchTokens: options.maxBatchTokens ?? Infinity,
    maxBodyBytes: options.maxBodyBytes ?? Infinity,
    tooLargeStatus: options.tooLargeStatus ?? 413,
    longText: options.longText ?? "truncate",
    blankText: options.blankText ?? "accept",
    base64: options.base64 ?? "serve",
    random: options.random ?? seededRandom(1),
    keepRequests: options.keepRequests ?? 10_000,
    keepBodies: options.keepBodies ?? true,
    chat: options.chat ?? answerFromContext,
    embed: embed ? async (texts, id) => Array.from(await embed(texts, id)) : lexicalVectors,
    rank: rank ? (query, documents, id) => rank(query, documents, id) : lexicalScores,
  };
}

const ACTION = "create the emulator";

const MINIMUM = {
  latency: 0,
  serviceTime: 0,
  workers: 1,
  maxQueue: 0,
  maxBatchTexts: 1,
  maxBatchTokens: 1,
  maxBodyBytes: 1,
  keepRequests: 0,
} as const;

function checkNumbers(options: EmulatorOptions): void {
  for (const [name, minimum] of Object.entries(MINIMUM)) {
    const value = options[name as keyof typeof MINIMUM];
    // Not `value < minimum`: that accepts NaN.
    if (typeof value === "number" && !(value >= minimum)) {
      throw new RangeError(`Cannot ${ACTION}: ${name} is ${value}; give a number of ${minimum} or more`);
    }
  }
  const { clockSkew = 0 } = options;
  if (!Number.isFinite(clockSkew)) {
    throw new RangeError(`Cannot ${ACTION}: clockSkew is ${clockSkew}; give a finite number`);
  }
}
