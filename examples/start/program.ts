import { createInterface } from "node:readline/promises";
import { fail } from "../kit/misuse.js";
import { help, parseCommandLine } from "./command-line.js";
import { serviceFor, type Service } from "./connection.js";

/** What the example runs with. */
export interface Setup extends Service {
  readonly question: string;
  readonly folder: string;
}

const OWN_QUESTION = "Which errors are retried automatically, and how often?";

/**
 * Reads the command line, runs the example, and ends what goes wrong with a sentence instead of a stack.
 *
 * @param command - What the user runs, for `--help`.
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

/** Asks for a question at a terminal, but not in a pipe. */
async function askForQuestion(): Promise<string> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return OWN_QUESTION;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const given = await terminal.question(`Your question (Enter for "${OWN_QUESTION}"): `);
    return given.trim() || OWN_QUESTION;
  } finally {
    terminal.close();
  }
}
