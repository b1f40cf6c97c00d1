/**
 * What the bulk ingest does on this machine: its rate by the number of workers, and what refusals and deaths cost.
 *
 *     npx tsx test/e2e/services/measure.ts --passages 100000 --workers 1,2,4 --requests-per-second 5 --kills 20
 *
 * The emulator makes its vectors of hashes here, which takes next to no time: it is not what is to be measured.
 */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { EmulatorOptions } from "together-retrieval/emulator";
import { writeCorpus } from "../../../examples/bulk-ingest/corpus.js";
import { endure, someFaults, withServices, type Ordeal } from "./support/endure.js";
import { compareRows, textsOf } from "./support/expected.js";
import { ROOT } from "./support/program.js";

const DIMENSIONS = 768;
const { values } = parseArgs({
  options: {
    passages: { type: "string", default: "20000" },
    workers: { type: "string", default: "1,2,4" },
    "requests-per-second": { type: "string", default: "0" },
    kills: { type: "string", default: "0" },
  },
});
const passages = Number(values.passages);
const kills = Number(values.kills);
const requestsPerSecond = Number(values["requests-per-second"]);
const folder = await mkdtemp(join(tmpdir(), "measure-"));
const corpus = join(folder, "corpus.jsonl");
await writeCorpus(corpus, passages, join(ROOT, "node_modules"));
const expected = new Map((await textsOf(corpus)).map((text) => [text, hashed(text)]));
console.log(`${passages} passages of ${DIMENSIONS} dimensions; ${cpus().length} cores for everything.`);

const emulator: EmulatorOptions = {
  latency: 100,
  embed: (texts) => texts.map(hashed),
  ...(requestsPerSecond > 0 && { limits: { requestsPerSecond } }),
  ...(kills > 0 && { faults: someFaults() }),
};

for (const workers of values.workers.split(","))
  await measure(workers, { emulator, ...(kills > 0 && { kills, restarts: true }) });
await rm(folder, { recursive: true });

async function measure(workers: string, ordeal: Omit<Ordeal, "args" | "passages">): Promise<void> {
  await withServices(async (services) => {
    const args = [corpus, "--workers", workers, "--lock-seconds", "4"];
    const outcome = await endure(services, { ...ordeal, args, passages });
    const difference = await compareRows(services.postgres.url, "passages", expected);
    const told = outcome.stdout.split("\n").filter((line) => /^(?:Embedded|Workers|Memory)/.test(line));
    const share = ((100 * outcome.refused) / outcome.requests).toFixed(1);
    // One text tells how long the vectors are.
    console.log(`\n${workers} workers: exit code ${outcome.exitCode} after ${outcome.seconds.toFixed(0)} s
  ${told.join("\n  ")}
  API: ${outcome.requests} requests, ${share} % rate-limited; ${outcome.paidTexts - passages - 1} texts embedded twice; ${outcome.kills} kills
  rows: ${JSON.stringify(difference)}${outcome.exitCode === 0 ? "" : `\n${outcome.stderr}`}`);
  });
}

/** A vector that follows from its text, and from nothing else. */
function hashed(text: string): Float32Array {
  const bytes = createHash("shake256", { outputLength: DIMENSIONS }).update(text).digest();
  return Float32Array.from(bytes, (byte) => byte / 128 - 1);
}
