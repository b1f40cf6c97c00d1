import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearestName } from "../core/options/nearest-name.js";
import { hideKey, printable } from "../core/errors/redact.js";

/** A command of `together-retrieval`. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /**
   * Runs until the command has finished.
   *
   * @throws {UsageError} if an argument is missing, unknown or out of range.
   */
  run(args: readonly string[]): Promise<void>;
}

/** The command line is invalid: exit code 2. Every other error is exit code 1. Its message hides a misplaced key. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(hideKey(printable(message)), options);
  }
}

/** The command was interrupted: the exit code is that of its signal, as shells have it. */
export class InterruptError extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** The options of a command line, by their names. */
type Options<Name extends string, Flag extends string> = { readonly [name in Name]?: string } & {
  readonly [flag in Flag]?: boolean;
};

/**
 * Parses options. Positional arguments are errors.
 *
 * @param names - Options with a value.
 * @param helpAt - The command that prints the help.
 * @param flags - Options without a value.
 * @throws {UsageError} if an option is unknown or has no value.
 */
export function parseOptions<Name extends string, Flag extends string = never>(
  args: readonly string[],
  names: readonly Name[],
  action: string,
  helpAt: string,
  flags: readonly Flag[] = [],
): Options<Name, Flag> {
  return parse(args, names, action, helpAt, flags, false).options;
}

/**
 * Parses options, and positional arguments such as the name of a file. Otherwise as {@link parseOptions}.
 *
 * @param maxPositionals - More positional arguments are an error.
 */
export function parseArguments<Name extends string, Flag extends string>(
  args: readonly string[],
  names: readonly Name[],
  action: string,
  helpAt: string,
  flags: readonly Flag[],
  maxPositionals: number,
): { readonly options: Options<Name, Flag>; readonly positionals: readonly string[] } {
  const parsed = parse(args, names, action, helpAt, flags, true);
  const surplus = parsed.positionals[maxPositionals];
  if (surplus === undefined) return parsed;
  throw new UsageError(`Cannot ${action}: unexpected argument '${surplus}'; see ${helpAt}`);
}

function parse<Name extends string, Flag extends string>(
  args: readonly string[],
  names: readonly Name[],
  action: string,
  helpAt: string,
  flags: readonly Flag[],
  allowPositionals: boolean,
): { options: Options<Name, Flag>; positionals: string[] } {
  const options: ParseArgsConfig["options"] = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" }]),
    ...flags.map((flag) => [flag, { type: "boolean" }]),
  ]);
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals });
    return { options: values as Options<Name, Flag>, positionals };
  } catch (error) {
    const meant = nearestFlag(error, [...names, ...flags]);
    const fix = meant === undefined ? `see ${helpAt}` : `did you mean --${meant}?`;
    throw new UsageError(`Cannot ${action}: ${firstSentence(error)}; ${fix}`, { cause: error });
  }
}

/** Returns the option that an unknown one is nearly. */
function nearestFlag(error: unknown, known: readonly string[]): string | undefined {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "ERR_PARSE_ARGS_UNKNOWN_OPTION") return undefined;
  return nearestName(/'--([^']*)'/.exec(message)?.[1] ?? "", known);
}

/** Returns the first sentence of Node's message. The rest explains how to escape dashes. */
function firstSentence(error: unknown): string {
  const [sentence = ""] = (error as Error).message.split(/\.\s|\n/);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/**
 * Parses the value of an option as a number.
 *
 * @returns `undefined` if the option was not given.
 * @throws {UsageError} if the value is not a number in the range.
 */
export function parseNumber(
  text: string | undefined,
  name: string,
  action: string,
  range: { readonly min: number; readonly max?: number; readonly integer?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const { min, max = Infinity, integer = false } = range;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const inRange = value >= min && value <= max && Number.isFinite(value);
  if (inRange && (!integer || Number.isInteger(value))) return value;
  const bounds = max < Infinity ? `from ${min} to ${max}` : `of ${min} or more`;
  throw new UsageError(
    `Cannot ${action}: --${name} is "${text}"; use ${integer ? "an integer" : "a number"} ${bounds}`,
  );
}
