import { inspect } from "node:util";
import { expect, it } from "vitest";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/langchain/index.js";
import { bench } from "../../support/emulate.js";

const KEY = "tgp_v1_marked-key-0123456789abcdef";

it.each([TogetherEmbeddings, TogetherReranker])("shows no key when inspected or serialized: %o", (Made) => {
  const { emulator } = bench();
  const object = new Made({ model: "me/embedding", apiKey: KEY, fetch: emulator.fetch });
  const shown = [
    inspect(object, { depth: Infinity, showHidden: true, getters: true }),
    JSON.stringify(object),
    JSON.stringify(Object.entries(object)),
  ].join("\n");
  expect(shown).toContain("me/embedding");
  expect(shown).not.toContain(KEY.slice(0, 12));
});
