import { TogetherAIEmbeddings } from "@langchain/community/embeddings/togetherai";
import { OpenAIEmbeddings } from "@langchain/openai";
import { expect, it, vi } from "vitest";
import { errorWithoutDelays } from "./impatient.js";
import { forLangChain as after, langChain, type Make } from "./models.js";
import { runBlock } from "./play.js";
import { proves } from "./proofs.js";
import { sharedProofs } from "./shared.js";
import { body, keys, MODEL, peakOf, texts, stubNetwork } from "./world.js";

const some = texts.slice(0, 6);
const configuration = { baseURL: "https://api.together.xyz/v1" };
const community: Make = (options) => langChain(new TogetherAIEmbeddings({ model: MODEL, ...options }));
const openai: Make = (options) =>
  langChain(new OpenAIEmbeddings({ model: MODEL, configuration, ...options }));

proves(
  "langchain-community",
  {
    batchSize: async () => {
      keys("TOGETHER_AI_API_KEY");
      expect(await peakOf(() => community({ batchSize: 2 }).embed(some))).toBe(2);
      const emulator = stubNetwork();
      await community({ batchSize: 2 }).embed(some);
      await after({ batchSize: 2 }).embed(some);
      expect(emulator.requests.map((request) => request.texts)).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
    },
    "stripNewLines: true": async () => {
      keys("TOGETHER_AI_API_KEY");
      const emulator = stubNetwork();
      await community({ stripNewLines: true }).embed(["a\nb"]);
      expect(body(emulator)["input"]).toBe("a b");
      expect(() => after({ stripNewLines: true })).toThrow(/stripNewLines/);
    },
    timeout: async ({ after: said }) => {
      keys("TOGETHER_AI_API_KEY");
      stubNetwork({ latency: 50 });
      await expect(community({ timeout: 1 }).embed(["a"])).resolves.toHaveLength(1);
      await expect(after({ timeout: 1, maxRetries: 0 }).embed(["a"])).rejects.toThrow(/\b1 ms/);
      expect(said).toContain("60 s");
    },
    "a wrong key": async ({ before: said }) => {
      vi.stubEnv("TOGETHER_AI_API_KEY", "wrong");
      const emulator = stubNetwork();
      const failure = await errorWithoutDelays(() => community().embed(["a"]));
      expect(failure).not.toHaveProperty("status");
      expect(said).toContain(`sent ${emulator.requests.length} times`);
      emulator.clear();
      await expect(after().embed(["a"])).rejects.toMatchObject({ code: "unauthorized" });
      expect(emulator.requests).toHaveLength(1);
    },
    "a blank text": async () => {
      keys("TOGETHER_AI_API_KEY");
      const emulator = stubNetwork();
      await community().embed([" "]);
      expect(body(emulator)["input"]).toBe(" ");
      emulator.clear();
      await expect(after().embed([" "])).rejects.toMatchObject({ code: "invalid_input" });
      expect(emulator.requests).toHaveLength(0);
    },
  },
  sharedProofs(community, after),
);

// vitest.config.ts replaces the moved class by the old one. The tests cover only what the sources of both share.
proves("langchain-together-ai", {}, sharedProofs(community, after));

proves(
  "langchain-openai",
  {
    "line breaks in a text": async () => {
      keys("TOGETHER_API_KEY", "OPENAI_API_KEY");
      const emulator = stubNetwork();
      await openai().embed(["a\nb"]);
      await after().embed(["a\nb"]);
      expect([0, 1].map((place) => body(emulator, place)["input"])).toEqual([["a b"], ["a\nb"]]);
    },
    "a 429 without reset headers": async () => {
      keys("TOGETHER_API_KEY", "OPENAI_API_KEY");
      const emulator = stubNetwork({ faults: [{ status: 429 }] });
      await expect(openai().embed(["a"])).rejects.toMatchObject({ status: 429 });
      expect(emulator.requests).toHaveLength(1);
      emulator.setFaults([{ status: 429 }]);
      await expect(after().embed(["a"])).resolves.toHaveLength(1);
    },
  },
  sharedProofs(openai, after),
);

it("sends as many requests as before with batchSize 512 (langchain-openai)", async () => {
  keys("TOGETHER_API_KEY", "OPENAI_API_KEY");
  const emulator = stubNetwork();
  await openai().embed(texts);
  const past = emulator.requests.length;
  emulator.clear();
  await after({ batchSize: 512 }).embed(texts);
  expect([past, emulator.requests.length]).toEqual([2, 2]);
});

it("returns the old vectors for texts without line breaks (langchain-openai)", async () => {
  keys("TOGETHER_API_KEY");
  const embed = (all: readonly string[]) => all.map((text) => [text.length, text.includes("\n") ? 9 : 1]);
  const model = { "BAAI/bge-large-en-v1.5": { type: "embedding", dimensions: 2 } } as const;
  stubNetwork({ embed, models: model });
  const broken = ["rust\neats iron"];
  const given = { texts: broken, question: "What eats iron?" };
  const [old, now, spaced] = [
    await runBlock("langchain-openai", "before", given),
    await runBlock("langchain-openai", "after", given),
    await runBlock("langchain-openai", "spaces", given),
  ];
  expect(spaced.vectors).toEqual(old.vectors);
  expect(now.vectors).not.toEqual(old.vectors);
  const stored = { text: broken[0], vector: old.vectors?.[0] };
  expect(await runBlock("langchain-openai", "check", { ...given, stored })).toMatchObject({
    printed: ["false"],
  });
});
