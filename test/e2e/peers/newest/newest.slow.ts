import * as ai from "ai";
import { describe, expect, it } from "vitest";
import { TogetherEmbeddings } from "../../../../src/langchain/index.js";
import { createTogether } from "../../../../src/ai-sdk/index.js";
import { bench, EMBEDDING, KEY, vectorOf } from "../../../support/emulate.js";

const NODE_MODULES = new URL("./node_modules/", import.meta.url);

describe("newest frameworks", () => {
  it("runs on the Node.js version that ai 7 asks for", () => {
    expect(process.versions.node).toMatch(/^22\./);
  });

  it("uses the versions of this folder", async () => {
    const core = (await import(new URL("@langchain/core/dist/embeddings.js", NODE_MODULES).href)) as object;
    expect(Object.getPrototypeOf(TogetherEmbeddings)).toBe((core as { Embeddings: unknown }).Embeddings);
    const newest = (await import(new URL("ai/dist/index.js", NODE_MODULES).href)) as object;
    expect(Object.keys(ai).toSorted()).toEqual(Object.keys(newest).toSorted());
  });

  it("passes `dimensions` to a model, which returns whole vectors with a warning", async () => {
    const { emulator } = bench();
    const model = createTogether({ apiKey: KEY, fetch: emulator.fetch }).embeddingModel(EMBEDDING);
    const call = { model, value: "a text", dimensions: 2 } as Parameters<typeof ai.embed>[0];
    const { embedding, warnings } = await ai.embed(call);
    expect(embedding).toEqual(vectorOf("a text"));
    expect(warnings).toMatchObject([{ type: "unsupported", feature: "dimensions" }]);
  });
});
