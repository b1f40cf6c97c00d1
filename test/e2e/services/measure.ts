/**
 * Measures the bulk ingest on this machine: its rate by number of workers, and the cost of 429s and killed workers.
 *
 *     npx tsx test/e2e/services/measure.ts --passages 100000 --workers 1,2,4 --requests-per-second 5 --kills 20
 *
 * Here, the emulator computes its vectors from hashes, so that its own time does not count.
 */

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { EmulatorOptions } from "together-retrieval/emulator";
import { writeCorpus } from "../../../examples/bulk-ingest/sample-corpus.js";
import { ingestWithFaults, someFaults, withServices, type FaultPlan } from "./support/endure.js";
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

async function measure(workers: string, plan: Omit<FaultPlan, "args" | "passages">): Promise<void> {
  await withServices(async (services) => {
    const args = [corpus, "--workers", workers, "--lock-seconds", "4"];
    const outcome = await ingestWithFaults(services, { ...plan, args, passages });
    const difference = await compareRows(services.postgres.url, "passages", expected);
    const lines = outcome.stdout.split("\n").filter((line) => /^(?:Embedded|Workers|Memory)/.test(line));
    const share = ((100 * outcome.rateLimited) / outcome.requests).toFixed(1);
    // One more text determines the dimensions of the vectors.
    console.log(`\n${workers} workers: exit code ${outcome.exitCode} after ${outcome.seconds.toFixed(0)} s
  ${lines.join("\n  ")}
  API: ${outcome.requests} requests, ${share} % rate-limited; ${outcome.embeddedTexts - passages - 1} texts embedded twice; ${outcome.kills} kills
  rows: ${JSON.stringify(difference)}${outcome.exitCode === 0 ? "" : `\n${outcome.stderr}`}`);
  });
}

/** Returns a vector that depends only on the text. */
function hashed(text: string): Float32Array {
  const bytes = createHash("shake256", { outputLength: DIMENSIONS }).update(text).digest();
  return Float32Array.from(bytes, (byte) => byte / 128 - 1);
}
