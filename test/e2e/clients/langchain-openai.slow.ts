import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { describe, expect, it } from "vitest";
import {
  CHAT,
  EMBEDDING,
  farthest,
  KEY,
  LITTLE,
  PROMPT,
  serving,
  STATUSES,
  TEXTS,
  vectorsOf,
} from "./support.js";

const here = serving();
const embeddings = (): OpenAIEmbeddings =>
  new OpenAIEmbeddings({
    model: EMBEDDING,
    apiKey: KEY,
    maxRetries: 0,
    configuration: { baseURL: here.url },
  });

describe("@langchain/openai", () => {
  it("embeds", async () => {
    expect(farthest(await embeddings().embedDocuments(TEXTS), await vectorsOf(here))).toBeLessThan(LITTLE);
  });

  it("chats with and without streaming, with the same text", async () => {
    const chat = new ChatOpenAI({ model: CHAT, apiKey: KEY, configuration: { baseURL: here.url } });
    const question = PROMPT;
    const { text } = await chat.invoke(question);
    let streamed = "";
    for await (const chunk of await chat.stream(question)) streamed += chunk.text;
    expect(streamed).toBe(text);
  });

  it.each(STATUSES)("reads the error of a %i", async (status) => {
    here.emulator.setFaults([{ status }]);
    await expect(embeddings().embedDocuments(TEXTS)).rejects.toMatchObject({ status });
  });
});
