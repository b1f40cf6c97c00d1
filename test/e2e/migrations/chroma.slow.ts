import { TogetherAIEmbeddingFunction } from "@chroma-core/together-ai";
import { ChromaClient, type EmbeddingFunction } from "chromadb";
import { expect, it, vi } from "vitest";
import { Embedder } from "together-retrieval";
import type { Make } from "./models.js";
import { proves } from "./proofs.js";
import { sharedProofs } from "./shared.js";
import { body, keys, MODEL, capturedRequests, texts, stubNetwork } from "./world.js";

const some = texts.slice(0, 6);

const before: Make = (options) => {
  const own = new TogetherAIEmbeddingFunction({ modelName: MODEL, ...options });
  return {
    embed: (all) => own.generate(all),
    embedQuery: async (text) => (await own.generate([text]))[0] ?? [],
  };
};

const after: Make = (options) => {
  const embedder = new Embedder({ model: MODEL, ...options });
  return {
    embed: async (all) => (await embedder.embed(all)).vectors,
    embedQuery: async (text) => (await embedder.embedQuery(text)).vector,
  };
};

proves(
  "chroma-together-ai",
  {
    "API key": async () => {
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      vi.stubEnv("OWN_KEY", "right");
      stubNetwork();
      await expect(before().embed(["a"])).rejects.toMatchObject({ status: 401 });
      await expect(before({ apiKeyEnvVar: "OWN_KEY" }).embed(["a"])).resolves.toHaveLength(1);
      await expect(after({ apiKey: "right" }).embed(["a"])).resolves.toHaveLength(1);
      keys("TOGETHER_AI_API_KEY");
      await expect(after().embed(["a"])).resolves.toHaveLength(1);
    },
    "a response with too few vectors": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ faults: () => "missing-item" });
      await expect(before().embed(texts.slice(0, 3))).resolves.toHaveLength(2);
      const now = after({ maxRetries: 0 }).embed(texts.slice(0, 3));
      await expect(now).rejects.toMatchObject({ code: "invalid_response" });
    },
    "too many texts for the server": async () => {
      keys("TOGETHER_API_KEY");
      stubNetwork({ maxBatchTexts: 100 });
      await expect(before().embed(texts)).rejects.toMatchObject({ status: 413 });
      await expect(after().embed(texts)).resolves.toHaveLength(texts.length);
    },
    "duplicate texts": async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork();
      await before().embed(["a", "a"]);
      await after().embed(["a", "a"]);
      expect([0, 1].map((place) => body(emulator, place)["input"])).toEqual([["a", "a"], ["a"]]);
    },
    "a wrong key": async () => {
      vi.stubEnv("TOGETHER_API_KEY", "wrong");
      stubNetwork();
      await expect(before().embed(some)).rejects.toMatchObject({ status: 401 });
      const now = after().embed(some);
      await expect(now).rejects.toMatchObject({ name: "TogetherError", status: 401, code: "unauthorized" });
    },
    "configuration of a new collection": async () => {
      keys("TOGETHER_API_KEY");
      const old = new TogetherAIEmbeddingFunction({ modelName: MODEL });
      expect(await stored(old)).toMatchObject({ name: "together-ai", config: { model_name: MODEL } });
      expect(await stored({ generate: after().embed as EmbeddingFunction["generate"] })).toEqual({
        type: "legacy",
      });
    },
    SDK: async (said) => {
      keys("TOGETHER_API_KEY");
      stubNetwork();
      const requests = [
        ...(await capturedRequests(() => before().embed(["a"]))),
        ...(await capturedRequests(() => after().embed(["a"]))),
      ];
      const versions = requests.map(({ headers }) => headers.get("x-stainless-package-version"));
      expect(versions.map((version) => version?.slice(0, 4))).toEqual(["0.16", "0.52"]);
      expect([said.before, said.after].map((cell) => /0\.\d\d/.exec(cell)?.[0])).toEqual(["0.16", "0.52"]);
    },
  },
  sharedProofs(before, after),
);

it("uses the function that getCollection receives, whatever the collection stores (chroma-together-ai)", async () => {
  vi.stubGlobal("fetch", chroma({ type: "known", name: "together-ai", config: { model_name: MODEL } }));
  const asked: string[][] = [];
  const embeddingFunction = {
    generate: (all: string[]) => Promise.resolve(all.map(() => [0, 1])),
    generateForQueries: (all: string[]) => (asked.push(all), Promise.resolve(all.map(() => [1, 0]))),
  };
  const collection = await new ChromaClient().getCollection({ name: "passages", embeddingFunction });
  await collection.query({ queryTexts: ["a"] });
  expect(asked).toEqual([["a"]]);
});

/** Returns the configuration that Chroma's client sends for a new collection. */
async function stored(embeddingFunction: EmbeddingFunction): Promise<unknown> {
  const sent: unknown[] = [];
  vi.stubGlobal("fetch", chroma(null, sent));
  await new ChromaClient().createCollection({ name: "passages", embeddingFunction });
  return (sent[0] as { configuration: { embedding_function: unknown } }).configuration.embedding_function;
}

/** Emulates Chroma's server with one collection: the part of the REST API v2 that Chroma's client needs. */
function chroma(embeddingFunction: unknown, sent: unknown[] = []): typeof globalThis.fetch {
  const collection = {
    id: "1",
    name: "passages",
    configuration_json: { embedding_function: embeddingFunction },
    tenant: "default_tenant",
    database: "default_database",
  };
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    if (request.method === "POST") sent.push(await request.json());
    if (pathname.endsWith("/identity")) return Response.json({ tenant: "default_tenant", databases: [] });
    if (pathname.endsWith("/query")) return Response.json({ ids: [["a"]], include: [] });
    return Response.json(collection);
  };
}
