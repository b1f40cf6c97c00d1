import { createInterface } from "node:readline/promises";
import { fail } from "../kit/misuse.js";
import { help, parseCommandLine } from "./command-line.js";
import { serviceFor, type Service } from "./connection.js";

/** The settings of a run. */
export interface Setup extends Service {
  readonly question: string;
  readonly folder: string;
}

const SAMPLE_QUESTION = "Which errors are retried automatically, and how often?";

/**
 * Reads the command line, and runs the example. It prints an error as a sentence, without a stack.
 *
 * @param command - The command that the user runs, for `--help`.
 */
export async function runProgram(command: string, example: (setup: Setup) => Promise<void>): Promise<void> {
  try {
    const commandLine = parseCommandLine(process.argv.slice(2));
    if (commandLine.help) return void process.stdout.write(help(command));
    const service = serviceFor(commandLine, process.env);
    console.log(service.description);
    const question = commandLine.question || (await askForQuestion());
    await example({ ...service, question, folder: commandLine.dir ?? "node_modules" });
  } catch (error) {
    fail(error);
  }
}

/** Asks the user for a question in a terminal. In a pipe, it returns the sample question. */
async function askForQuestion(): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return SAMPLE_QUESTION;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const given = await terminal.question(`Your question (Enter for "${SAMPLE_QUESTION}"): `);
    return given.trim() || SAMPLE_QUESTION;
  } finally {
    terminal.close();
  }
}
