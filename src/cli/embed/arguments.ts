/** Reads the arguments of `together-retrieval embed`. */

import type { EmbedderOptions } from "../../core/options/options.js";
import { parseArguments, parseNumber, UsageError } from "../command.js";

export const HELP_AT = "together-retrieval embed --help";

const NAMES = [
  "out",
  "model",
  "base-model",
  "base-url",
  "field",
  "batch-size",
  "max-concurrency",
  "dimensions",
  "document-prefix",
  "retry-deadline",
  "skip-invalid",
  "price-per-million",
  "price-per-hour",
  "texts-per-second",
] as const;
const FLAGS = ["normalize", "dry-run", "json"] as const;

/** The prices of a job, in US dollars. */
export interface Prices {
  /** Of a million tokens. */
  readonly perMillion: number | undefined;
  /** Of an hour of the endpoint. It is set together with `textsPerSecond`. */
  readonly perHour: number | undefined;
  readonly textsPerSecond: number | undefined;
}

/** The parsed arguments of the command. */
export interface EmbedArguments {
  /** Path of the input; `undefined` for standard input. */
  readonly input: string | undefined;
  /** Path of the output; `undefined` for standard output. */
  readonly output: string | undefined;
  /** Path of the file for malformed lines; `undefined` if these are an error. */
  readonly skipInvalid: string | undefined;
  /** The field that holds the text. */
  readonly field: string;
  readonly isDryRun: boolean;
  readonly json: boolean;
  readonly prices: Prices;
  /** The options of the embedder that the command line sets. */
  readonly embedder: EmbedderOptions;
}

/** Returns how messages name the input. */
export function nameOf(input: string | undefined): string {
  return input ?? "standard input";
}

/** @throws {UsageError} if an argument is missing, unknown or out of range. */
export function readArguments(args: readonly string[]): EmbedArguments {
  const { options, positionals } = parseArguments(args, NAMES, "embed a file", HELP_AT, FLAGS, 1);
  const input = pathOf(positionals[0]);
  const action = `embed ${nameOf(input)}`;
  const { model, field = "text" } = options;
  if (model === undefined) throw new UsageError(`Cannot ${action}: no model is set; use --model`);
  if (field === "" || field === "embedding") {
    throw new UsageError(`Cannot ${action}: --field is "${field}"; name the field that holds the text`);
  }
  const number: ReadNumber = (name, range) => parseNumber(options[name], name, action, range);
  return {
    input,
    output: pathOf(options.out),
    skipInvalid: options["skip-invalid"],
    field,
    isDryRun: options["dry-run"] ?? false,
    json: options.json ?? false,
    prices: pricesFrom(number, action),
    embedder: {
      model,
      ...defined("baseModel", options["base-model"]),
      ...defined("baseURL", options["base-url"]),
      ...defined("documentPrefix", options["document-prefix"]),
      ...defined("normalize", options.normalize),
      ...numbersFrom(number),
    },
  };
}

/** Standard streams are named `-`, or not at all. */
function pathOf(path: string | undefined): string | undefined {
  return path === "-" ? undefined : path;
}

type ReadNumber = (
  name: (typeof NAMES)[number],
  range: { readonly min: number; readonly max?: number; readonly integer?: boolean },
) => number | undefined;

function numbersFrom(number: ReadNumber): Partial<EmbedderOptions> {
  return {
    ...defined("batchSize", number("batch-size", { min: 1, max: 2048, integer: true })),
    ...defined("maxConcurrency", number("max-concurrency", { min: 1, max: 1024, integer: true })),
    ...defined("dimensions", number("dimensions", { min: 1, max: 16_384, integer: true })),
    ...defined("retryDeadline", number("retry-deadline", { min: 1, max: 2 ** 31 - 1, integer: true })),
  };
}

function pricesFrom(number: ReadNumber, action: string): Prices {
  const perMillion = number("price-per-million", { min: 0 });
  const perHour = number("price-per-hour", { min: 0 });
  const textsPerSecond = number("texts-per-second", { min: 0.001 });
  if ((perHour === undefined) !== (textsPerSecond === undefined)) {
    const [given, missing] =
      perHour === undefined ? ["texts-per-second", "price-per-hour"] : ["price-per-hour", "texts-per-second"];
    throw new UsageError(`Cannot ${action}: --${given} is set without --${missing}; set both`);
  }
  return { perMillion, perHour, textsPerSecond };
}

/** An object with one property, or none: an option that is not set must not hide its environment variable. */
function defined<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { [name in Name]?: Value } {
  return (value === undefined ? {} : { [name]: value }) as { [name in Name]?: Value };
}
