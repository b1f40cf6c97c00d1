import { afterEach, expect, it } from "vitest";
import { Embedder, Reranker } from "../../../../src/index.js";

const NAME = "isWellFormed";
const present = Object.getOwnPropertyDescriptor(String.prototype, NAME) as PropertyDescriptor;

afterEach(() => void Reflect.defineProperty(String.prototype, NAME, present));

it.each([
  ["Embedder", Embedder],
  ["Reranker", Reranker],
])("throws on Node 18 and names the required version: %s", (name, Class) => {
  Reflect.deleteProperty(String.prototype, NAME);
  expect(() => new Class({ model: "m", apiKey: "key" })).toThrow(
    `Cannot create ${name}: this platform is too old; use Node 20 or later`,
  );
});
