import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { describe, expect, it } from "vitest";
import {
  CHAT,
  EMBEDDING,
  maxDifference,
  KEY,
  TOLERANCE,
  PROMPT,
  serveEmulator,
  STATUSES,
  TEXTS,
  vectorsOf,
} from "./support.js";

const served = serveEmulator();
const embeddings = (): OpenAIEmbeddings =>
  new OpenAIEmbeddings({
    model: EMBEDDING,
    apiKey: KEY,
    maxRetries: 0,
    configuration: { baseURL: served.url },
  });

describe("@langchain/openai", () => {
  it("embeds", async () => {
    expect(maxDifference(await embeddings().embedDocuments(TEXTS), await vectorsOf(served))).toBeLessThan(
      TOLERANCE,
    );
  });

  it("chats with and without streaming, with the same text", async () => {
    const chat = new ChatOpenAI({ model: CHAT, apiKey: KEY, configuration: { baseURL: served.url } });
    const question = PROMPT;
    const { text } = await chat.invoke(question);
    let streamed = "";
    for await (const chunk of await chat.stream(question)) streamed += chunk.text;
    expect(streamed).toBe(text);
  });

  it.each(STATUSES)("reads the error of a %i", async (status) => {
    served.emulator.setFaults([{ status }]);
    await expect(embeddings().embedDocuments(TEXTS)).rejects.toMatchObject({ status });
  });
});
