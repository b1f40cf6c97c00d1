import { TogetherEmbedding } from "@llamaindex/together";
import { expect, vi } from "vitest";
import { TogetherEmbeddings } from "together-retrieval/llamaindex";
import type { Make, Model } from "./models.js";
import { codes } from "./pages.js";
import { proves } from "./proofs.js";
import { sharedProofs } from "./shared.js";
import { keys, MODEL, capturedRequests, texts, stubNetwork } from "./world.js";

/** The common interface of LlamaIndex's embeddings. Two copies of its core are installed here. */
interface LlamaIndex {
  readonly model: string;
  getTextEmbeddingsBatch(texts: string[]): Promise<number[][]>;
  getQueryEmbedding(query: { type: "text"; text: string }): Promise<number[] | null>;
}

const llamaIndex = (embeddings: LlamaIndex): Model => ({
  name: embeddings.model,
  embed: (all) => embeddings.getTextEmbeddingsBatch(all),
  embedQuery: async (text) => (await embeddings.getQueryEmbedding({ type: "text", text })) ?? [],
});

const some = texts.slice(0, 6);
const before: Make = (options) => llamaIndex(new TogetherEmbedding({ model: MODEL, ...options }));
const after: Make = (options) => llamaIndex(new TogetherEmbeddings({ model: MODEL, ...options }));
const shared = sharedProofs(before, after);

proves(
  "llamaindex-together",
  {
    address: async (row) => {
      await shared["address"]?.(row);
      keys("TOGETHER_API_KEY");
      vi.stubEnv("TOGETHER_BASE_URL", "");
      const emulator = stubNetwork();
      await before({ baseURL: "https://elsewhere.example/v1" }).embed(some);
      expect(emulator.requests[0]?.origin).toBe(codes(row.before)[0]);
    },
    embedBatchSize: ({ before: was, after: is }) => {
      keys("TOGETHER_API_KEY");
      expect(String(new TogetherEmbedding({ model: MODEL }).embedBatchSize)).toBe(was);
      expect(is).toMatch(new RegExp(`^${new TogetherEmbeddings({ model: MODEL }).embedBatchSize}\\b`));
    },
    "floats in the response": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ base64: "ignore" });
      const [garbage, vectors] = [await before().embed(some), await after().embed(some)];
      expect([garbage[0]?.length, vectors[0]?.length]).toEqual([1024 / 4, 1024]);
      const zeros = Array.from(garbage[0] ?? []).filter((value) => Math.abs(value) < 1e-9);
      expect(zeros.length).toBeGreaterThan(128);
    },
    OPENAI_ORG_ID: async () => {
      keys("TOGETHER_API_KEY");
      vi.stubEnv("OPENAI_ORG_ID", "org-of-mine");
      expect(await organizationHeaders(() => before().embed(["a"]))).toEqual(["org-of-mine"]);
      expect(await organizationHeaders(() => after().embed(["a"]))).toEqual([null]);
    },
  },
  shared,
);

/** Returns the OpenAI organization header of each request. */
async function organizationHeaders(work: () => Promise<unknown>): Promise<(string | null)[]> {
  stubNetwork();
  return (await capturedRequests(work)).map(({ headers }) => headers.get("openai-organization"));
}
