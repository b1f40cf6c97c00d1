#!/usr/bin/env node
import packageJson from "../package.json" with { type: "json" };
import { Misuse, type Command } from "./cli/command.js";
import { emulatorCommand } from "./cli/emulator.js";
import { probeCommand } from "./cli/probe.js";

const COMMANDS: readonly Command[] = [emulatorCommand, probeCommand];

const HELP = `Usage: together-retrieval <command> [options]

${COMMANDS.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`).join("\n")}

  --help      prints this; after a command, what that command takes
  --version   prints the version
`;

async function main([first, ...rest]: readonly string[]): Promise<void> {
  checkNode(process.versions.node);
  if (first === "--help" || first === "-h") return print(HELP);
  if (first === "--version" || first === "-v") return print(`${packageJson.version}\n`);
  const command = commandFor(first);
  if (rest.includes("--help") || rest.includes("-h")) return print(command.help);
  await command.run(rest);
}

/** @throws if Node is older than `engines` in package.json says: npm only warns. */
function checkNode(version: string): void {
  const least = packageJson.engines.node.replace(/^\D+/, "");
  if (Number.parseInt(version) >= Number.parseInt(least)) return;
  throw new Error(`Cannot run together-retrieval: this is Node ${version}; install Node ${least} or later`);
}

function commandFor(name: string | undefined): Command {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command) return command;
  const known = COMMANDS.map((candidate) => candidate.name).join(", ");
  const problem = name === undefined ? "no command was given" : `there is no command "${name}"`;
  throw new Misuse(`Cannot run together-retrieval: ${problem}; use one of: ${known}, or --help`);
}

function print(text: string): void {
  process.stdout.write(text);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Misuse ? 2 : 1;
});
