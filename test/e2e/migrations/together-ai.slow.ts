import { expect } from "vitest";
import Together from "together-ai";
import { Embedder } from "together-retrieval";
import type { Make } from "./models.js";
import { proves } from "./proofs.js";
import { sharedProofs } from "./shared.js";
import { keys, KEY, MODEL, texts, stubNetwork } from "./world.js";

const some = texts.slice(0, 6);

const before: Make = (options) => {
  const client = new Together(options);
  const embed = async (input: string | string[]): Promise<number[][]> =>
    (await client.embeddings.create({ model: MODEL, input })).data.map(({ embedding }) => embedding);
  return { embed, embedQuery: async (text) => (await embed(text))[0] ?? [] };
};

const after: Make = (options) => {
  const embedder = new Embedder({ model: MODEL, ...options });
  return {
    name: embedder.model,
    embed: async (all) => (await embedder.embed(all)).vectors,
    embedQuery: async (text) => (await embedder.embedQuery(text)).vector,
  };
};

proves(
  "together-ai",
  {
    "a custom client": async () => {
      const emulator = stubNetwork();
      const client = new Together({ apiKey: KEY, baseURL: "https://own.example/v1" });
      await client.embeddings.create({ model: MODEL, input: some });
      await new Embedder({ model: MODEL, client }).embed(some);
      expect(emulator.requests.map(({ origin }) => origin)).toEqual(Array(2).fill("https://own.example"));
    },
    "type of a vector": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork();
      const [[old], [now]] = [await before().embed(some), await after().embed(some)];
      expect([Array.isArray(old), now instanceof Float32Array]).toEqual([true, true]);
      expect(Array.from(now ?? [])).toHaveLength(old?.length ?? 0);
    },
    "too many texts for the server": async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork({ maxBatchTexts: 100 });
      await expect(before().embed(texts)).rejects.toMatchObject({ status: 413 });
      await expect(after().embed(texts)).resolves.toHaveLength(texts.length);
      expect(Math.max(...emulator.requests.slice(-8).map((request) => request.texts))).toBe(64);
    },
    "a response with too few vectors": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ faults: () => "missing-item" });
      await expect(before().embed(some)).resolves.toHaveLength(some.length - 1);
      await expect(after().embed(some)).rejects.toMatchObject({ code: "invalid_response" });
    },
    "a 500": async ({ after: said }) => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork({ faults: [{ status: 500 }] });
      await expect(before().embed(some)).rejects.toMatchObject({ status: 500 });
      expect(emulator.requests).toHaveLength(1);
      emulator.setFaults([{ status: 500 }]);
      await expect(after().embed(some)).resolves.toHaveLength(some.length);
      expect(said).toContain("(5)");
    },
  },
  sharedProofs(before, after),
);
