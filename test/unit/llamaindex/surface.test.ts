import { expect, it } from "vitest";
import { surface } from "../../support/entries.js";

it("matches the public API of together-retrieval/llamaindex", () => {
  expect(surface("./llamaindex")).toEqual([
    "TogetherEmbeddings",
    "TogetherError",
    "TogetherReranker",
    "isTogetherError",
    "type ByteStore",
    "type EmbedderOptions",
    "type EmbeddingCallOptions",
    "type RerankOptions",
    "type RerankerOptions",
    "type SharedOptions",
    "type TogetherEmbeddingsParams",
    "type TogetherErrorCode",
    "type TogetherErrorDetails",
    "type TogetherEvent",
    "type TogetherRerankerParams",
  ]);
});
