import type { Faults } from "./faults/fault-plan.js";
import type { LimitRule, RateLimitOptions } from "./rate-limit/limiter.js";
import type { EmulatedModel } from "./models.js";
import type { EmulatorRequest } from "./request-log.js";

/** A message of a conversation, as `POST /v1/chat/completions` takes it. */
export interface ChatMessage {
  /** Who says it: `"system"`, `"user"` or `"assistant"`. */
  readonly role: string;
  /** What is said. */
  readonly content: string;
}

/** How the emulator behaves. Nothing is required: without options it serves every known model at once and well. */
export interface EmulatorOptions {
  /**
   * The models it serves, by id. Any other id is refused as Together refuses a model that is not serverless: 400,
   * `model_not_available`. Add to the known ones by `{ ...emulatedModels, "me/my-endpoint": { ... } }`.
   *
   * @defaultValue {@link emulatedModels}
   */
  readonly models?: Readonly<Record<string, EmulatedModel>>;
  /** The only API key that is right; another is a 401. @defaultValue any key, but there has to be one */
  readonly apiKey?: string;
  /**
   * Round trip without the work, half of it on the way there and half on the way back. Milliseconds, 0 or more.
   *
   * @defaultValue 0
   */
  readonly latency?: number | ((request: EmulatorRequest) => number);
  /** How many requests are worked on at the same time; the others queue. 1 or more. @defaultValue no limit */
  readonly workers?: number;
  /** How long a worker takes for a request. Milliseconds, 0 or more. @defaultValue 0 */
  readonly serviceTime?: number | ((request: EmulatorRequest) => number);
  /**
   * How many requests may queue, 0 or more; beyond that they are a 503, which Together means as "no capacity".
   *
   * @defaultValue no limit
   */
  readonly maxQueue?: number;
  /** The rate limit; `setLimits` changes it later. @defaultValue none */
  readonly limits?: RateLimitOptions | LimitRule;
  /** What goes wrong; `setFaults` changes it later. @defaultValue nothing */
  readonly faults?: Faults;
  /** Most texts of a request; more are refused with `tooLargeStatus`. 1 or more. @defaultValue no limit */
  readonly maxBatchTexts?: number;
  /**
   * Most tokens, as estimated, of a request; more are refused with `tooLargeStatus`. 1 or more.
   *
   * @defaultValue no limit
   */
  readonly maxBatchTokens?: number;
  /** Largest body of a request in bytes; larger ones are a 413. 1 or more. @defaultValue no limit */
  readonly maxBodyBytes?: number;
  /** The status that refuses too many texts or tokens; servers differ. @defaultValue 413 */
  readonly tooLargeStatus?: 400 | 403 | 413 | 422;
  /**
   * What happens to a text beyond the model's `maxTokens`: cut without a word, or refused with a 400 in the words of
   * vLLM. Which one Together does is not documented.
   *
   * @defaultValue "truncate"
   */
  readonly longText?: "truncate" | "reject";
  /** Whether a text without anything to read is embedded and ranked, or a 400. @defaultValue "accept" */
  readonly blankText?: "accept" | "reject";
  /**
   * What happens to `encoding_format: "base64"`: served, ignored (floats come back, as from Together before
   * 2025-09), or refused with a 400.
   *
   * @defaultValue "serve"
   */
  readonly base64?: "serve" | "ignore" | "reject";
  /** Takes the place of the lexical vectors: one vector a text. @defaultValue the lexical vectors */
  readonly embed?: (
    texts: readonly string[],
    model: string,
  ) => readonly ArrayLike<number>[] | Promise<readonly ArrayLike<number>[]>;
  /**
   * Takes the place of the lexical scores: one score a document, larger for better.
   *
   * @defaultValue the lexical scores
   */
  readonly rank?: (
    query: string,
    documents: readonly string[],
    model: string,
  ) => ArrayLike<number> | Promise<ArrayLike<number>>;
  /** Takes the place of the extractive answer: the assistant's text. @defaultValue the extractive answer */
  readonly chat?: (messages: readonly ChatMessage[], model: string) => string | Promise<string>;
  /** Where the emulator's randomness comes from: from 0 up to 1. @defaultValue `seededRandom(1)` */
  readonly random?: () => number;
  /** How many of the latest requests the log keeps, 0 or more; it may hold twice as many. @defaultValue 10_000 */
  readonly keepRequests?: number;
  /** Whether the log keeps the requests' bodies; without them it takes little memory. @defaultValue true */
  readonly keepBodies?: boolean;
}
