import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEmulator, type EmulatorRequest, type LimitRejection } from "together-retrieval/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServices, type Services } from "../../../examples/support/services/index.js";
import { writeCorpus } from "../../../examples/bulk-ingest/sample-corpus.js";
import { ingestWithFaults, MODEL, someFaults, workersOf } from "./support/endure.js";
import { compareRows, plainVectors, textsOf } from "./support/expected.js";
import { ROOT, run, start } from "./support/program.js";
import { isSkipped, skipReason } from "./support/required.js";

const PASSAGES = 5000;
/** Passages of 32 jobs: enough for 22 of them to follow the tenth request. */
const FEW_PASSAGES = 2000;

let services: Services;
let folder: string;
let corpus: string;

describe.skipIf(isSkipped)(`bulk ingest${skipReason}`, () => {
  beforeAll(async () => {
    services = await startServices();
    folder = await mkdtemp(join(tmpdir(), "bulk-ingest-"));
    corpus = join(folder, "corpus.jsonl");
    await writeCorpus(corpus, PASSAGES, join(ROOT, "node_modules"));
  });

  afterAll(async () => {
    await services?.stop();
    if (folder) await rm(folder, { recursive: true });
  });

  it("stores every passage once with its vector, although workers are killed and servers restarted", async () => {
    const outcome = await ingestWithFaults(services, {
      args: [corpus, "--table", "endured", "--job-size", "128", "--workers", "3", "--lock-seconds", "2"],
      emulator: { latency: 100, limits: everyNinthRateLimited, faults: someFaults() },
      passages: PASSAGES,
      kills: 6,
      restarts: true,
    });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
    expect(outcome.stdout).toContain("Passages: 5,000 of 5,000 in the table, which has 5,000 rows.");
    expect(outcome.kills).toBe(6);
    expect(outcome.rateLimited).toBeGreaterThan(0);
    const difference = await compareRows(
      services.postgres.url,
      "endured",
      await plainVectors(await textsOf(corpus)),
    );
    expect(difference).toEqual({ rows: PASSAGES, missing: 0, doubled: 0, wrong: 0 });
    // A killed worker loses at most four jobs.
    expect(outcome.embeddedTexts).toBeLessThanOrEqual(PASSAGES + outcome.kills * 4 * 128);
  });

  it("resumes after the whole run was killed, and sends no request when every passage is stored", async () => {
    const emulator = createEmulator({ keepBodies: false, latency: 50, limits: { requestsPerSecond: 10 } });
    const server = await emulator.listen();
    const args = [
      corpus,
      "--table",
      "resumed",
      "--model",
      MODEL,
      "--lock-seconds",
      "2",
      "--job-size",
      "64",
      "--concurrency",
      "2",
    ];
    const environment = {
      ...services.environment,
      TOGETHER_API_KEY: "any",
      TOGETHER_BASE_URL: server.url,
    };
    try {
      const program = start("bulk-ingest/main.ts", args, environment);
      await expect.poll(() => emulator.totals.texts, { timeout: 30_000 }).toBeGreaterThan(1500);
      const workers = await workersOf(program.child.pid as number);
      for (const pid of [program.child.pid as number, ...workers]) process.kill(pid, "SIGKILL");
      await program.ended;
      const first = emulator.totals.texts;

      const second = await run("bulk-ingest/main.ts", args, environment);
      expect(second).toMatchObject({ exitCode: 0, stderr: "" });
      expect(second.stdout).toContain("Passages: 5,000 of 5,000 in the table, which has 5,000 rows.");
      const inProgress = 2 * 2 * 64;
      expect(emulator.totals.texts).toBeLessThanOrEqual(PASSAGES + inProgress + 2);
      expect(emulator.totals.texts - first).toBeLessThan(PASSAGES - 1000);

      const before = emulator.totals.texts;
      const third = await run("bulk-ingest/main.ts", args, environment);
      expect(third.stdout).toContain("0 are not in the table.");
      // One more text determines the dimensions of the vectors.
      expect(emulator.totals.texts - before).toBe(1);
    } finally {
      await server.close();
    }
  });

  it("delays all workers after a 429 for one of them", async () => {
    let rateLimitedAt = 0;
    const emulator = createEmulator({
      keepBodies: false,
      latency: 50,
      limits: ({ number }) => {
        if (number !== 10) return undefined;
        rateLimitedAt = Date.now();
        return { waitSeconds: 3 };
      },
    });
    const server = await emulator.listen();
    const few = join(folder, "few.jsonl");
    await writeCorpus(few, FEW_PASSAGES, join(ROOT, "node_modules"));
    const args = [few, "--table", "slowed", "--model", MODEL, "--job-size", "64", "--concurrency", "1"];
    try {
      await run("bulk-ingest/main.ts", [...args, "--workers", "3"], {
        ...services.environment,
        TOGETHER_API_KEY: "any",
        TOGETHER_BASE_URL: server.url,
      });
    } finally {
      await server.close();
    }
    const during = emulator.requests.filter(
      ({ time }) => time > rateLimitedAt && time < rateLimitedAt + 2900,
    );
    // The two other workers may each send the requests of one more job.
    expect(during.length).toBeLessThanOrEqual(4);
    expect(emulator.totals.texts).toBe(FEW_PASSAGES + 1);
  });

  it("names the lines that hold no passage, and stores the others", async () => {
    const spoilt = join(folder, "spoilt.jsonl");
    await writeFile(
      spoilt,
      ['{"text":"Bees dance."}', "not JSON", '{"text":" "}', "{}", '{"text":"Nets tear."}'].join("\n"),
    );
    const outcome = await run(
      "bulk-ingest/main.ts",
      [spoilt, "--table", "spoilt", "--workers", "1"],
      services.environment,
    );
    expect(outcome).toMatchObject({ exitCode: 0, stderr: "" });
    expect(outcome.stdout).toContain("Passages: 2 of 2 in the table");
    expect(outcome.stdout).toMatch(
      /Left out: 3\.\n {2}line 2: it is not JSON\n {2}line 3: its text is blank\n {2}line 4: it has no text/,
    );
  });

  it("rejects a table with the vectors of another model", async () => {
    const outcome = await run(
      "bulk-ingest/main.ts",
      [join(folder, "spoilt.jsonl"), "--table", "spoilt", "--model", "WhereIsAI/UAE-Large-V1"],
      services.environment,
    );
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /^Cannot ingest into "spoilt": it holds vectors of BAAI\/bge-base-en-v1\.5, not of Where/,
    );
  });

  it("ends at once with the reason when the key is rejected", async () => {
    const server = await createEmulator({ apiKey: "right" }).listen();
    const outcome = await run("bulk-ingest/main.ts", [corpus, "--table", "keyless", "--model", MODEL], {
      ...services.environment,
      TOGETHER_API_KEY: "wrong",
      TOGETHER_BASE_URL: server.url,
    });
    await server.close();
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/^Cannot embed .*401/);
  });

  it("prints that Redis cannot be reached, and how to fix it", async () => {
    const outcome = await run("bulk-ingest/main.ts", ["--passages", "10"], {
      DATABASE_URL: services.postgres.url,
      REDIS_URL: "redis://:secret@127.0.0.1:1",
    });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(
      /^Cannot use Redis at redis:\/\/127\.0\.0\.1:1: .*ECONNREFUSED.*; start one with npm run services/,
    );
  });
});

function everyNinthRateLimited({ number }: EmulatorRequest): LimitRejection | undefined {
  return number % 9 === 0 ? { waitSeconds: 0.3 } : undefined;
}
