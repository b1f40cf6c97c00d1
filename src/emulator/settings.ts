import type { EmulatorOptions } from "./options.js";
import { answerFromContext } from "./lexical/chat.js";
import { lexicalVectors } from "./lexical/embed.js";
import { emulatedModels, type EmulatedEmbeddingModel, type EmulatedRerankModel } from "./models.js";
import { seededRandom } from "./random.js";
import { lexicalScores } from "./lexical/bm25.js";

type Complete = Required<Omit<EmulatorOptions, "apiKey" | "limits" | "faults" | "embed" | "rank">>;

/** The options with every default in place. */
export interface Settings extends Complete {
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

export function resolveSettings(options: EmulatorOptions): Settings {
  checkNumbers(options);
  checkLimits(options.limits, "create the emulator");
  const { embed, rank } = options;
  return {
    models: options.models ?? emulatedModels,
    apiKey: options.apiKey,
    latency: options.latency ?? 0,
    workers: options.workers ?? Infinity,
    serviceTime: options.serviceTime ?? 0,
    maxQueue: options.maxQueue ?? Infinity,
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

/** The least each number may be; none of them may be NaN. */
const LEAST = {
  latency: 0,
  serviceTime: 0,
  workers: 1,
  maxQueue: 0,
  maxBatchTexts: 1,
  maxBatchTokens: 1,
  maxBodyBytes: 1,
  keepRequests: 0,
} as const;

const ABOVE_ZERO = ["requestsPerSecond", "tokensPerSecond", "windowSeconds", "burst"] as const;

function checkNumbers(options: EmulatorOptions): void {
  for (const [name, least] of Object.entries(LEAST)) {
    const value = options[name as keyof typeof LEAST];
    if (typeof value === "number" && !(value >= least)) {
      throw new RangeError(
        `Cannot create the emulator: ${name} is ${value}; give a number of ${least} or more`,
      );
    }
  }
}

/** @throws RangeError if a number of a rate limit is 0 or less: nothing would ever pass. */
export function checkLimits(limits: EmulatorOptions["limits"], action: string): void {
  if (typeof limits !== "object") return;
  for (const name of ABOVE_ZERO) {
    const value = limits[name];
    if (value !== undefined && !(value > 0)) {
      throw new RangeError(`Cannot ${action}: limits.${name} is ${value}; give a number above 0`);
    }
  }
}
