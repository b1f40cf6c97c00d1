/** Proofs of what most pages say about embeddings. */

import { expect, vi } from "vitest";
import { embeddingModel } from "together-retrieval";
import { farthest, LITTLE } from "../clients/support.js";
import type { Make } from "./models.js";
import { codes } from "./pages.js";
import type { Proofs } from "./proofs.js";
import { body, keys, KEY, MODEL, peakOf, question, texts, world } from "./world.js";

const KEYS = ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "OPENAI_API_KEY"];
const some = texts.slice(0, 40);

/** One of each, by the lines of the tables; `before` may be missing where it could not be run. */
export function sharedProofs(before: Make | undefined, after: Make): Proofs {
  return {
    "default model": (row) => {
      keys(...KEYS);
      const [old = ""] = codes(row.before);
      if (before) expect(before({ model: undefined }).name).toBe(old);
      const retired = embeddingModel(old)?.retired ?? "Together does not serve";
      expect(row.before).toContain(retired);
      expect(() => after({ model: undefined })).toThrow(/`model` is missing/);
    },
    "API key": async (row) => {
      const [old = "OPENAI_API_KEY"] = codes(row.before);
      if (before) await onlyKey(before, old);
      world();
      keys("TOGETHER_AI_API_KEY");
      await expect(after().embed(["a"])).resolves.toHaveLength(1);
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      await expect(after({ maxRetries: 0 }).embed(["a"])).rejects.toMatchObject({ status: 401 });
    },
    address: async (row) => {
      keys(...KEYS);
      if (before) expect(await originOf(before)).toBe(codes(row.before)[0]);
      expect(await originOf(after)).toBe(codes(row.after)[0]);
      expect(await originOf(after, { baseURL: "https://one.example/v1" })).toBe("https://one.example");
      vi.stubEnv("TOGETHER_BASE_URL", "https://two.example/v1");
      expect(await originOf(after)).toBe("https://two.example");
    },
    "requests in flight": async (row) => {
      keys(...KEYS);
      if (before) {
        const peak = await peakOf(() => before({ batchSize: 1, embedBatchSize: 1 }).embed(some));
        expect(peak).toBe(Number(row.before));
      }
      const peak = await peakOf(() => after({ batchSize: 1 }).embed(some));
      expect(peak).toBeGreaterThan(2);
      expect(peak).toBeLessThanOrEqual(Number.parseInt(row.after));
      expect(await peakOf(() => after({ batchSize: 1, maxConcurrency: 3 }).embed(some))).toBe(3);
    },
    "a query": async () => {
      keys(...KEYS);
      if (before) expect(await sentBy(before)).toBe(question);
      expect(await sentBy(after)).toBe(`${embeddingModel(MODEL)?.queryPrefix}${question}`);
      expect(await sentBy(after, { queryPrefix: "" })).toBe(question);
    },
    "length of the vectors": async () => {
      keys(...KEYS);
      const { fetch } = world();
      const truth = await vectorsBy(fetch);
      if (before) expect(farthest(await before().embed(some), truth)).toBeLessThan(LITTLE);
      expect(farthest(await after().embed(some), truth)).toBeLessThan(LITTLE);
      expect(Math.min(...truth.map(lengthOf))).toBeGreaterThan(1.01);
      const scaled = await after({ normalize: true }).embed(some);
      for (const vector of scaled) expect(lengthOf(vector)).toBeCloseTo(1);
    },
    dimensions: async () => {
      keys(...KEYS);
      world();
      if (before)
        await expect(before({ dimensions: 512 }).embed(some)).rejects.toMatchObject({ status: 400 });
      const emulator = world();
      const asking = after({ dimensions: 512, maxRetries: 0 }).embed(some);
      await expect(asking).rejects.toMatchObject({ code: "invalid_option" });
      expect(body(emulator)).not.toHaveProperty("dimensions");
    },
    "a response out of order": async () => {
      keys(...KEYS);
      const truth = await vectorsBy(world().fetch);
      if (before) expect(farthest(await outOfOrder(before), truth)).toBeGreaterThan(0.01);
      expect(farthest(await outOfOrder(after), truth)).toBeLessThan(LITTLE);
    },
    "a wrong key": async () => {
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      vi.stubEnv("OPENAI_API_KEY", "wrong");
      if (before) await refused(before, { status: 401 });
      await refused(after, { name: "TogetherError", status: 401, code: "unauthorized" });
    },
  };
}

/** Each key is missed when it alone is missing, and is enough by itself. */
async function onlyKey(make: Make, name: string): Promise<void> {
  const ask = async (): Promise<unknown> => make().embed(["a"]);
  world();
  keys(...KEYS.filter((key) => key !== name));
  await expect(ask()).rejects.toThrow(/key/i);
  keys(name);
  await expect(ask()).resolves.toHaveLength(1);
}

async function originOf(make: Make, options = {}): Promise<string | undefined> {
  const emulator = world();
  await make(options).embed(["a"]);
  return emulator.requests[0]?.origin;
}

/** What a question travels as. */
async function sentBy(make: Make, options = {}): Promise<unknown> {
  const emulator = world();
  await make(options).embedQuery(question);
  return [body(emulator)["input"]].flat()[0];
}

/** What the server answers: the truth that a client has to pass on. */
async function vectorsBy(fetch: typeof globalThis.fetch): Promise<number[][]> {
  const headers = { authorization: `Bearer ${KEY}` };
  const asked = JSON.stringify({ model: MODEL, input: some });
  const answer = await fetch("https://here.example/v1/embeddings", { method: "POST", headers, body: asked });
  const { data } = (await answer.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

function outOfOrder(make: Make): Promise<ArrayLike<number>[]> {
  world({ faults: () => "shuffled" });
  return make().embed(some);
}

/** Refused at the first request. */
async function refused(make: Make, error: object): Promise<void> {
  const emulator = world();
  await expect(make().embed(["a"])).rejects.toMatchObject(error);
  expect(emulator.requests).toHaveLength(1);
}

function lengthOf(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector));
}
