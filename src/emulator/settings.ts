/** The options of the emulator, checked, and with all defaults filled in. */

import { functionOr } from "../core/options/nested-options.js";
import { OptionReader } from "../core/options/option-reader.js";
import {
  boolean,
  checkString,
  func,
  number,
  type Option,
  type OptionTable,
  type Resolved,
} from "../core/options/option-types.js";
import { faultOption } from "./faults/fault-option.js";
import { UNAVAILABLE, type Fault } from "./faults/fault.js";
import { coldStartOption, faultsOption, outagesOption } from "./faults/plan-options.js";
import { lexicalScores } from "./lexical/bm25.js";
import { answerFromContext } from "./lexical/chat.js";
import { lexicalVectors } from "./lexical/embed.js";
import { modelsOption } from "./model-option.js";
import type { EmulatedEmbeddingModel, EmulatedRerankModel } from "./models.js";
import { choice, limit, milliseconds } from "./option-kinds.js";
import type { EmulatorOptions } from "./options.js";
import { seededRandom } from "./random.js";
import { limitsOption } from "./rate-limit/limits-option.js";
import type { EmulatorRequest } from "./request-log.js";

const MAX_BODY_BYTES = 32 * 1024 * 1024;

const time = functionOr<(request: EmulatorRequest) => number, number, number>(milliseconds(0));

const queueFull: Option<Fault> = { ...faultOption, default: () => UNAVAILABLE };

const apiKey: Option<string, string | undefined> = {
  check: (value, name, error) => {
    const key = checkString(value, name, error);
    if (/^[\x21-\x7e]+$/.test(key)) return key;
    throw error(
      `\`${name}\` is empty, or has a space or a special character`,
      "a request cannot contain such a key",
    );
  },
  default: () => undefined,
};

type Custom<Name extends "embed" | "rank" | "chat" | "random"> = NonNullable<EmulatorOptions[Name]>;

/** One entry per option, in the order of the interface. */
const optionTable = {
  models: modelsOption,
  apiKey,
  latency: time,
  workers: limit(1, Infinity),
  serviceTime: time,
  maxQueue: limit(0, Infinity),
  queueFull,
  limits: limitsOption,
  faults: faultsOption,
  outages: outagesOption,
  coldStart: coldStartOption,
  clockSkew: number({ default: 0 }),
  maxBatchTexts: limit(1),
  maxBatchTokens: limit(1, Infinity),
  maxBodyBytes: limit(1, MAX_BODY_BYTES),
  tooLargeStatus: choice([400, 403, 413, 422], 413),
  longText: choice(["truncate", "reject"], "truncate"),
  blankText: choice(["accept", "reject"], "accept"),
  base64: choice(["serve", "ignore", "reject"], "serve"),
  embed: func<Custom<"embed">>(),
  rank: func<Custom<"rank">>(),
  chat: func<Custom<"chat">, Custom<"chat">>(answerFromContext),
  random: { ...func<Custom<"random">>(), default: () => seededRandom(1) },
  keepRequests: limit(0, 10_000),
  keepBodies: boolean({ default: true }),
} as const satisfies OptionTable<EmulatorOptions>;

/** The options with all defaults filled in. */
export interface EmulatorSettings extends Omit<Resolved<typeof optionTable>, "embed" | "rank"> {
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
 * @throws {TogetherError} `invalid_option` for an option that is unknown, of the wrong type or out of range.
 */
export function resolveSettings(options: EmulatorOptions): EmulatorSettings {
  const settings = new OptionReader(
    options,
    optionTable,
    "the emulator",
    "createEmulator({ ... })",
  ).readAll();
  const { embed, rank } = settings;
  return {
    ...settings,
    embed: embed ? async (texts, id) => Array.from(await embed(texts, id)) : lexicalVectors,
    rank: rank ? (query, documents, id) => rank(query, documents, id) : lexicalScores,
  };
}
