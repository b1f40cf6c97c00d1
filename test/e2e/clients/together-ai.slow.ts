import Together, { APIError } from "together-ai";
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
const client = (apiKey = KEY): Together => new Together({ apiKey, baseURL: served.url, maxRetries: 0 });

describe("together-ai", () => {
  it("embeds", async () => {
    const { data } = await client().embeddings.create({ model: EMBEDDING, input: TEXTS });
    expect(
      maxDifference(
        data.map(({ embedding }) => embedding),
        await vectorsOf(served),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it("reranks", async () => {
    const { results } = await client().rerank.create({
      model: RERANK,
      query: QUERY,
      documents: TEXTS,
      top_n: 2,
      return_documents: true,
    });
    expect(results.map(({ index }) => index)).toHaveLength(2);
    expect(results[0]).toMatchObject({ index: 1, document: { text: TEXTS[1] } });
  });

  it("chats with and without streaming, with the same text", async () => {
    const messages = [{ role: "user" as const, content: PROMPT }];
    const whole = await client().chat.completions.create({ model: CHAT, messages });
    let text = "";
    const stream = await client().chat.completions.create({ model: CHAT, messages, stream: true });
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    expect(text).toBe(whole.choices[0]?.message?.content);
  });

  it("lists the models", async () => {
    const models = await client().models.list();
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining([EMBEDDING, RERANK, CHAT]));
  });

  it.each(STATUSES)("reads the error of a %i", async (status) => {
    served.emulator.setFaults([{ status }]);
    const error: unknown = await client()
      .rerank.create({ model: RERANK, query: QUERY, documents: TEXTS })
      .catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, error: { error: { message: expect.any(String) as string } } });
  });

  it("waits for the reset of a 429, and succeeds", async () => {
    served.emulator.setFaults([{ status: 429, headers: { "retry-after-ms": "20" } }]);
    const patient = new Together({ apiKey: KEY, baseURL: served.url, maxRetries: 1 });
    const { data } = await patient.embeddings.create({ model: EMBEDDING, input: "a" });
    expect(data).toHaveLength(1);
  });
});
