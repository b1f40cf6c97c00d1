import { expect, it } from "vitest";
import { forLangChain as after } from "./models.js";
import { proves } from "./proofs.js";
import * as python from "./python.js";
import { sharedProofs } from "./shared.js";
import { body, keys, MODEL, texts, stubNetwork } from "./world.js";

const some = texts.slice(0, 6);
const shared = sharedProofs(undefined, after);

// No Python package index is available here. Of the old package, only the request is tested, as its source sends it.
proves(
  "python-langchain-together",
  {
    chunk_size: async () => {
      keys("TOGETHER_API_KEY");
      const emulator = stubNetwork();
      await after({ batchSize: 2 }).embed(some);
      expect(emulator.requests.map((request) => request.texts)).toEqual([2, 2, 2]);
    },
    dimensions: async (row) => {
      keys("TOGETHER_API_KEY");
      stubNetwork();
      await expect(python.embedDocuments(some, MODEL, { dimensions: 512 })).rejects.toThrow("400");
      await shared["dimensions"]?.(row);
    },
  },
  shared,
);

it("sends one text per request, as base64 (python-langchain-together)", async () => {
  keys("TOGETHER_API_KEY");
  const emulator = stubNetwork();
  await python.embedDocuments(["a"], MODEL);
  expect(body(emulator)).toEqual({ input: "a", model: MODEL, encoding_format: "base64" });
});
