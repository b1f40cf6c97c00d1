import { parseArgs, type ParseArgsConfig } from "node:util";
import { fail, Misuse } from "./misuse.js";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<Given extends Options> = ReturnType<
  typeof parseArgs<{ options: Given; allowPositionals: true; strict: true }>
>["values"];

/** The parsed command line of an example. */
export interface CommandLine<Given extends Options> {
  readonly values: Values<Given>;
  /** The arguments that are not options, joined by spaces: a question needs no quotes. */
  readonly words: string;
}

/**
 * Runs an example: reads its command line, and prints its help or runs it. It prints an error as a sentence. The exit
 * code is 2 for an error of the user, otherwise 1.
 */
export async function program<const Given extends Options>(
  help: string,
  options: Given,
  run: (commandLine: CommandLine<Given>) => Promise<void>,
): Promise<void> {
  try {
    const { help: asked, ...parsed } = parse(options);
    if (asked) console.log(help.trim() + ENVIRONMENT);
    else await run(parsed);
  } catch (error) {
    fail(error);
  }
}

const ENVIRONMENT = `

  --help           print this help

Without TOGETHER_API_KEY, it runs on the emulator: nothing leaves this machine, and the models compare words. To run on
Together, set TOGETHER_API_KEY, TOGETHER_BASE_URL, TOGETHER_EMBEDDING_MODEL and TOGETHER_RERANK_MODEL. For endpoints,
set the models that they run: TOGETHER_EMBEDDING_BASE_MODEL and TOGETHER_RERANK_BASE_MODEL.`;

function parse<const Given extends Options>(options: Given): CommandLine<Given> & { readonly help: boolean } {
  try {
    const asked = { ...options, help: { type: "boolean" } } as const;
    const { values, positionals } = parseArgs({ options: asked, allowPositionals: true, strict: true });
    const help = (values as { help?: boolean }).help === true;
    return { values, words: positionals.join(" ").trim(), help };
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\.\s/);
    throw new Misuse(`Cannot read the command line: ${sentence}; see --help`, { cause: error });
  }
}

/** @throws {Misuse} if an option is not an integer of 1 or more. */
export function wholeNumber(value: string, option: string): number {
  if (/^[1-9]\d{0,8}$/.test(value)) return Number(value);
  throw new Misuse(`Cannot use --${option} ${value}: it is not an integer of 1 or more; see --help`);
}
