import { createTogetherAI } from "@ai-sdk/togetherai";
import { embedMany, generateText, rerank, streamText } from "ai";
import { describe, expect, it } from "vitest";
import {
  CHAT,
  EMBEDDING,
  maxDifference,
  KEY,
  TOLERANCE,
  PROMPT,
  QUERY,
  RERANK,
  serveEmulator,
  STATUSES,
  TEXTS,
  vectorsOf,
} from "./support.js";

const served = serveEmulator();
const together = () => createTogetherAI({ apiKey: KEY, baseURL: served.url });

describe("@ai-sdk/togetherai", () => {
  it("embeds", async () => {
    const { embeddings } = await embedMany({ model: together().embeddingModel(EMBEDDING), values: TEXTS });
    expect(maxDifference(embeddings, await vectorsOf(served))).toBeLessThan(TOLERANCE);
  });

  it("reranks", async () => {
    const { ranking } = await rerank({
      model: together().reranking(RERANK),
      query: QUERY,
      documents: TEXTS,
      topN: 1,
    });
    expect(ranking).toMatchObject([{ originalIndex: 1 }]);
  });

  it("chats with and without streaming, with the same text", async () => {
    const request = { model: together()(CHAT), prompt: PROMPT };
    const whole = await generateText(request);
    let text = "";
    for await (const piece of streamText(request).textStream) text += piece;
    expect(text).toBe(whole.text);
  });

  it.each(STATUSES)("reads the error of a %i", async (status) => {
    served.emulator.setFaults([{ status }]);
    const asking = embedMany({ model: together().embeddingModel(EMBEDDING), values: TEXTS, maxRetries: 0 });
    await expect(asking).rejects.toMatchObject({ statusCode: status, message: expect.stringMatching(/\w/) });
  });
});
