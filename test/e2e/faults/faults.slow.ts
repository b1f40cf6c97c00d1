import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { Embedder, type TogetherEvent } from "../../../src/index.js";
import { Chance } from "../../performance/simulation/jobs/chance.js";
import { Script } from "./process.js";
import { openProxy } from "./proxy.js";
import { corpus, MODEL, SERVED, wrongVectors } from "./vectors.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe("server that is killed during a job", () => {
  it("loses no text when it is killed in the middle of 10,000 texts and restarted", async () => {
    let server = new Script("server.ts", "0");
    closing.push(() => server.kill());
    const baseURL = await server.line();
    const events: TogetherEvent[] = [];
    const embedder = new Embedder({
      model: MODEL,
      apiKey: "key",
      baseURL,
      batchSize: 10,
      onEvent: (event) => events.push(event),
    });
    const texts = corpus(10_000);
    let killed: Promise<void> | undefined;
    const call = embedder.embed(texts, {
      onProgress: ({ done }) => {
        if (done >= 3000) killed ??= server.kill();
      },
    });
    await vi.waitFor(() => expect(killed).toBeDefined(), { timeout: 20_000 });
    await killed;
    server = new Script("server.ts", new URL(baseURL).port);
    const { vectors } = await call;
    expect(wrongVectors(texts, vectors)).toEqual([]);
    const retries = events.filter(({ type }) => type === "retry").length;
    expect(retries).toBeGreaterThan(0);
    // The requests in flight and the probes. An outage does not multiply the traffic.
    expect(retries).toBeLessThanOrEqual(110);
  });
});

describe("slow connection that is lost at random", () => {
  it("delays the job, and loses no vector", async () => {
    const emulator = createEmulator(SERVED);
    const server = await emulator.listen();
    closing.push(() => server.close());
    const proxy = await openProxy(server.port, new Chance(1), 0.3);
    closing.push(() => proxy.close());
    const embedder = new Embedder({
      model: MODEL,
      apiKey: "key",
      baseURL: `http://127.0.0.1:${proxy.port}/v1`,
      batchSize: 20,
      maxRetries: 20,
    });
    const texts = corpus(5000);
    const { vectors } = await embedder.embed(texts);
    expect(wrongVectors(texts, vectors)).toEqual([]);
    expect(proxy.cuts()).toBeGreaterThan(2);
  });
});

describe("job with a cache that is killed", () => {
  it("resumes after three kills, and re-embeds at most what was in flight", async () => {
    const folder = await mkdtemp(join(tmpdir(), "together-retrieval-"));
    closing.push(() => rm(folder, { recursive: true }));
    const emulator = createEmulator({ ...SERVED, latency: 20 });
    const server = await emulator.listen();
    closing.push(() => server.close());
    const texts = 3000;
    for (const until of [750, 1500, 2250]) {
      const job = new Script("client.ts", server.url, folder, String(texts));
      while (Number(await job.line()) < until);
      await job.kill();
    }
    const job = new Script("client.ts", server.url, folder, String(texts));
    let line = await job.line();
    while (!line.startsWith("wrong")) line = await job.line();
    expect(line).toBe("wrong: 0");
    const twice = emulator.totals.texts - texts;
    console.log(`${twice} of ${texts} texts embedded twice after three kills`);
    // Each kill loses at most 16 requests of 10 texts: in flight, or not yet written to the disk.
    expect(twice).toBeLessThanOrEqual(3 * 16 * 10);
  });
});
