#!/usr/bin/env node
import packageJson from "../package.json" with { type: "json" };
import { InterruptError, UsageError, type Command } from "./cli/command.js";
import { embedCommand } from "./cli/embed.js";
import { emulatorCommand } from "./cli/emulator.js";
import { modelsCommand } from "./cli/models.js";
import { probeCommand } from "./cli/probe.js";

const COMMANDS: readonly Command[] = [modelsCommand, probeCommand, embedCommand, emulatorCommand];

const HELP = `Usage: together-retrieval <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

  --help      print this help; after a command, the help of that command
  --version   print the version
`;

async function main([first, ...rest]: readonly string[]): Promise<void> {
  checkNode(process.versions.node);
  if (first === "--help" || first === "-h") return print(HELP);
  if (first === "--version" || first === "-v") return print(`${packageJson.version}\n`);
  const command = findCommand(first);
  if (rest.includes("--help") || rest.includes("-h")) return print(command.help);
  await command.run(rest);
}

/**
 * Checks the version of Node against `engines` in package.json, because npm only warns.
 *
 * @throws if Node is too old.
 */
function checkNode(version: string): void {
  const minimum = packageJson.engines.node.replace(/^\D+/, "");
  if (Number.parseInt(version) >= Number.parseInt(minimum)) return;
  throw new Error(`Cannot run together-retrieval: this is Node ${version}; install Node ${minimum} or later`);
}

function findCommand(name: string | undefined): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command) return command;
  const known = COMMANDS.map((candidate) => candidate.name).join(", ");
  const problem = name === undefined ? "no command is given" : `there is no command "${name}"`;
  throw new UsageError(`Cannot run together-retrieval: ${problem}; use one of: ${known}, or --help`);
}

function print(text: string): void {
  process.stdout.write(text);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = exitCodeOf(error);
});

function exitCodeOf(error: unknown): number {
  if (error instanceof InterruptError) return error.exitCode;
  return error instanceof UsageError ? 2 : 1;
}
