/**
 * Ingests a corpus into PostgreSQL with several processes. The run continues if a process dies.
 *
 *     npm run services -- npx tsx examples/bulk-ingest/main.ts
 */

import { access } from "node:fs/promises";
import { fail, Misuse } from "../kit/misuse.js";
import { bulkIngest } from "./bulk-ingest.js";
import { HELP, readCommandLine } from "./settings.js";

try {
  const commandLine = readCommandLine(process.argv.slice(2), process.env);
  if (commandLine.help) process.stdout.write(HELP);
  else await bulkIngest(await withCorpus(commandLine));
} catch (error) {
  fail(error);
}

async function withCorpus(commandLine: ReturnType<typeof readCommandLine>) {
  const { corpus } = commandLine;
  if (corpus === undefined) return commandLine;
  await access(corpus).catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === "ENOENT" ? "there is no such file" : error.message;
    throw new Misuse(`Cannot read the corpus ${corpus}: ${problem}; name a file of JSON lines`);
  });
  return commandLine;
}
