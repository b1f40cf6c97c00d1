import { parseArgs, type ParseArgsConfig } from "node:util";

/** One word that `together-retrieval` understands. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Resolves when the command has done its work. @throws {Misuse} if it was called wrongly. */
  run(args: readonly string[]): Promise<void>;
}

/** The command line asks for something that there is not: exit code 2. Every other error is exit code 1. */
export class Misuse extends Error {}

/** Options only, no other words: those with a value, and flags without. */
export function optionsFrom<Name extends string, Flag extends string = never>(
  args: readonly string[],
  names: readonly Name[],
  action: string,
  helpAt: string,
  flags: readonly Flag[] = [],
): { readonly [name in Name]?: string } & { readonly [flag in Flag]?: boolean } {
  const options: ParseArgsConfig["options"] = Object.fromEntries([
    ...names.map((name) => [name, { type: "string" }]),
    ...flags.map((flag) => [flag, { type: "boolean" }]),
  ]);
  try {
    return parseArgs({ args: [...args], options, strict: true }).values as ReturnType<
      typeof optionsFrom<Name, Flag>
    >;
  } catch (error) {
    throw new Misuse(`Cannot ${action}: ${reasonFrom(error)}; see ${helpAt}`, { cause: error });
  }
}

/** The first sentence of Node's own: the rest is about escaping dashes. */
function reasonFrom(error: unknown): string {
  const [sentence = ""] = (error as Error).message.split(/\.\s|\n/);
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** @throws {Misuse} if the text is not a number in the range. */
export function numberFrom(
  text: string | undefined,
  name: string,
  action: string,
  range: { readonly least: number; readonly most?: number; readonly whole?: boolean },
): number | undefined {
  if (text === undefined) return undefined;
  const { least, most = Infinity, whole = false } = range;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= least && value <= most && Number.isFinite(value) && (!whole || Number.isInteger(value)))
    return value;
  const bounds = most < Infinity ? `from ${least} to ${most}` : `of ${least} or more`;
  throw new Misuse(
    `Cannot ${action}: --${name} is "${text}"; give a ${whole ? "whole " : ""}number ${bounds}`,
  );
}
