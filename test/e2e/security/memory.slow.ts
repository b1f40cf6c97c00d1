/** The process of a client grows by less than 512 MB, for all responses of a hostile server. */

import { once } from "node:events";
import type { Server } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run, type Outcome } from "../../support/program.js";
import { attacks, startHostileServer } from "./hostile-server.js";

const MAX_GROWTH_MB = 512;

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BUNDLE = fileOf("../../../node_modules/.cache/red-team/");

/** Attacks on a custom client. The endpoint check and a reranker receive the first three. */
const SAMPLE = [
  "endless spaces, gzip",
  "60 MB of empty objects, gzip",
  "1.07 GB",
  "endless error body, 400",
  "endless error body, 999, gzip",
];
/** These responses have valid vectors, of at most 64 KB each, which the caller receives. */
const VALID = new Set(["vectors of 16,384 numbers in base64", "30 MB of spaces after valid vectors, gzip"]);
const FLOATS = ["vectors of 700,000 floats", "vectors of 16,384 floats", "60 MB of numbers, gzip"];

type Attempt = readonly [way: string, attack: string];

const attempts: readonly Attempt[] = [
  ...Object.keys(attacks).map((attack): Attempt => [VALID.has(attack) ? "4,000 texts" : "base64", attack]),
  ...FLOATS.map((attack): Attempt => ["float", attack]),
  ...SAMPLE.map((attack): Attempt => ["client", attack]),
  ...["probe", "rerank"].flatMap((way) => SAMPLE.slice(0, 3).map((attack): Attempt => [way, attack])),
];

const outcomes = new Map<string, Outcome>();
let server: Server;

/** Runs two processes at once, because each may need 512 MB. */
beforeAll(async () => {
  const started = await startHostileServer();
  server = started.server;
  const entry = [fileOf("memory-client.ts")];
  // Bundled once, because each process would need a second to compile the sources.
  await build({ config: false, entry, outDir: BUNDLE, format: "esm", dts: false, logLevel: "error" });
  const waiting = attempts.values();
  const work = async (): Promise<void> => {
    for (const attempt of waiting) {
      const [way, attack] = attempt;
      const seconds = attack.includes("stall") ? "2" : "50";
      const args = [way, started.url("ok"), started.url(attack), seconds];
      const program = ["--max-old-space-size=512", `${BUNDLE}memory-client.mjs`, ...args];
      outcomes.set(String(attempt), await run(process.execPath, program));
    }
  };
  await Promise.all([work(), work()]);
}, 400_000);

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
  const rows = attempts
    .map((attempt) => ({ attempt, ...resultOf(attempt) }))
    .toSorted((left, right) => right.growthMB - left.growthMB)
    .map(({ attempt: [way, attack], code, growthMB }) => `| ${way} | ${attack} | ${code} | ${growthMB} |`);
  const head = ["| client call | response | result | growth in MB |", "| --- | --- | --- | ---: |"];
  process.stdout.write(`${[...head, ...rows].join("\n")}\n`);
});

function resultOf(attempt: Attempt): { code: string; growthMB: number } {
  const { exitCode, stdout, stderr } = outcomes.get(String(attempt)) as Outcome;
  if (exitCode !== 0) return { code: `exit code ${exitCode}: ${stderr}`, growthMB: Number.POSITIVE_INFINITY };
  return JSON.parse(stdout) as { code: string; growthMB: number };
}

describe("memory of a process", () => {
  it.each(attempts)("stays bounded: %s, %s", (way, attack) => {
    const { code, growthMB } = resultOf([way, attack]);
    expect(growthMB).toBeLessThan(MAX_GROWTH_MB);
    // The endpoint check may also return a report of what failed.
    const valid = way === "4,000 texts" ? /^ok$/ : way === "probe" ? /./ : /^(?!ok$)/;
    expect(code).toMatch(valid);
  });
});
