/** Proofs of the rows that most pages about embeddings have. */

import { expect, vi } from "vitest";
import { embeddingModel } from "together-retrieval";
import { maxDifference, TOLERANCE } from "../clients/support.js";
import type { Make } from "./models.js";
import { codes } from "./pages.js";
import type { Proofs } from "./proofs.js";
import { body, keys, KEY, MODEL, peakOf, question, texts, stubNetwork } from "./world.js";

const KEYS = ["TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "OPENAI_API_KEY"];
const some = texts.slice(0, 40);

/** Returns the shared proofs, by first cell. Without `before`, they test only the new code. */
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
      if (before) await expectOnlyKey(before, old);
      stubNetwork();
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
      const { fetch } = stubNetwork();
      const serverVectors = await vectorsBy(fetch);
      if (before) expect(maxDifference(await before().embed(some), serverVectors)).toBeLessThan(TOLERANCE);
      expect(maxDifference(await after().embed(some), serverVectors)).toBeLessThan(TOLERANCE);
      expect(Math.min(...serverVectors.map(lengthOf))).toBeGreaterThan(1.01);
      const scaled = await after({ normalize: true }).embed(some);
      for (const vector of scaled) expect(lengthOf(vector)).toBeCloseTo(1);
    },
    dimensions: async () => {
      keys(...KEYS);
      stubNetwork();
      if (before)
        await expect(before({ dimensions: 512 }).embed(some)).rejects.toMatchObject({ status: 400 });
      const emulator = stubNetwork();
      const asking = after({ dimensions: 512, maxRetries: 0 }).embed(some);
      await expect(asking).rejects.toMatchObject({ code: "invalid_option" });
      expect(body(emulator)).not.toHaveProperty("dimensions");
    },
    "a response out of order": async () => {
      keys(...KEYS);
      const serverVectors = await vectorsBy(stubNetwork().fetch);
      if (before) expect(maxDifference(await outOfOrder(before), serverVectors)).toBeGreaterThan(0.01);
      expect(maxDifference(await outOfOrder(after), serverVectors)).toBeLessThan(TOLERANCE);
    },
    "a wrong key": async () => {
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      vi.stubEnv("OPENAI_API_KEY", "wrong");
      if (before) await expectOneRejection(before, { status: 401 });
      await expectOneRejection(after, { name: "TogetherError", status: 401, code: "unauthorized" });
    },
  };
}

/** Asserts that this key is required, and that no other key is. */
async function expectOnlyKey(make: Make, name: string): Promise<void> {
  const ask = async (): Promise<unknown> => make().embed(["a"]);
  stubNetwork();
  keys(...KEYS.filter((key) => key !== name));
  await expect(ask()).rejects.toThrow(/key/i);
  keys(name);
  await expect(ask()).resolves.toHaveLength(1);
}

async function originOf(make: Make, options = {}): Promise<string | undefined> {
  const emulator = stubNetwork();
  await make(options).embed(["a"]);
  return emulator.requests[0]?.origin;
}

/** Returns the text that is sent for the question. */
async function sentBy(make: Make, options = {}): Promise<unknown> {
  const emulator = stubNetwork();
  await make(options).embedQuery(question);
  return [body(emulator)["input"]].flat()[0];
}

/** Returns the server's vectors. A client must return the same. */
async function vectorsBy(fetch: typeof globalThis.fetch): Promise<number[][]> {
  const headers = { authorization: `Bearer ${KEY}` };
  const asked = JSON.stringify({ model: MODEL, input: some });
  const response = await fetch("https://here.example/v1/embeddings", {
    method: "POST",
    headers,
    body: asked,
  });
  const { data } = (await response.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

function outOfOrder(make: Make): Promise<ArrayLike<number>[]> {
  stubNetwork({ faults: () => "shuffled" });
  return make().embed(some);
}

/** Asserts that a call fails after one request. */
async function expectOneRejection(make: Make, error: object): Promise<void> {
  const emulator = stubNetwork();
  await expect(make().embed(["a"])).rejects.toMatchObject(error);
  expect(emulator.requests).toHaveLength(1);
}

function lengthOf(vector: ArrayLike<number>): number {
  return Math.hypot(...Array.from(vector));
}
