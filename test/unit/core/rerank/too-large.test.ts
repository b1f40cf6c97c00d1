import { describe, expect, it } from "vitest";
import { bench, only, rejection, texts } from "../../../support/emulate.js";

describe("document that no request can contain", () => {
  it.each([400, 403, 413, 422] as const)(
    "appears in the error with the caller's index (%i)",
    async (tooLargeStatus) => {
      const { reranker } = bench({ maxBatchTokens: 300, tooLargeStatus });
      const documents = texts(40);
      documents[3] = " ";
      documents[17] = "long ".repeat(2000);
      const error = await rejection(reranker({ batchSize: 15 }).rerank("q", documents, String));
      expect(error).toMatchObject({
        code: "text_too_long",
        index: 17,
        status: tooLargeStatus,
        message: expect.stringMatching(
          /^Cannot rerank 40 documents with "me\/rerank": the document at index 17 \(10000 characters, about \d+ tokens with the query\) is more than the model accepts; split it into shorter ones \(see .+#text_too_long\)$/,
        ) as string,
      });
    },
  );

  it("returns the original order with the fallback", async () => {
    const { reranker, events } = bench({ maxBatchTokens: 300 });
    const ranked = await reranker({ fallback: "original-order" }).rerank(
      "q",
      ["1", "long ".repeat(2000)],
      String,
    );
    expect(ranked.map(({ index, score }) => [index, score])).toEqual([
      [0, undefined],
      [1, undefined],
    ]);
    expect(only(events, "rerank-fallback")).toMatchObject([{ code: "text_too_long", status: 413 }]);
  });
});
