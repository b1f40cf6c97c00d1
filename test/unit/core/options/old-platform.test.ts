import { afterEach, expect, it } from "vitest";
import { Embedder, Reranker } from "../../../../src/index.js";

const NAME = "isWellFormed";
const present = Object.getOwnPropertyDescriptor(String.prototype, NAME) as PropertyDescriptor;

afterEach(() => void Reflect.defineProperty(String.prototype, NAME, present));

it.each([
  ["Embedder", Embedder],
  ["Reranker", Reranker],
])("%s throws on Node 18 and says which version is needed", (name, Class) => {
  Reflect.deleteProperty(String.prototype, NAME);
  expect(() => new Class({ model: "m", apiKey: "key" })).toThrow(
    `Cannot create ${name}: this platform is too old; use Node 20 or later`,
  );
});
