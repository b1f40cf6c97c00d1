import OpenAI, { APIError } from "openai";
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
const client = (apiKey = KEY): OpenAI => new OpenAI({ apiKey, baseURL: served.url, maxRetries: 0 });

describe("openai", () => {
  it.each(["float", "base64", undefined] as const)(
    "embeds with encoding_format %s",
    async (encoding_format) => {
      const { data, usage } = await client().embeddings.create({
        model: EMBEDDING,
        input: TEXTS,
        ...(encoding_format && { encoding_format }),
      });
      const vectors = data.map(({ embedding }) => decoded(embedding));
      expect(maxDifference(vectors, await vectorsOf(served))).toBeLessThan(TOLERANCE);
      expect(usage.total_tokens).toBeGreaterThan(0);
    },
  );

  it("chats with and without streaming, with the same text", async () => {
    const request = {
      model: CHAT,
      messages: [{ role: "user", content: PROMPT }],
    } as const;
    const whole = await client().chat.completions.create({ ...request, messages: [...request.messages] });
    const stream = await client().chat.completions.create({
      ...request,
      messages: [...request.messages],
      stream: true,
    });
    let text = "";
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(text).toContain("sugar");
  });

  it("reports a wrong key", async () => {
    const error: unknown = await client("wrong")
      .embeddings.create({ model: EMBEDDING, input: "a" })
      .catch(String);
    expect(error).toMatch(/401 Invalid API key/);
  });

  it("reports an argument that Together does not accept", async () => {
    const asking = client().embeddings.create({ model: EMBEDDING, input: "a", dimensions: 8 });
    await expect(asking).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining("dimensions"),
    });
  });

  it.each(STATUSES)("reads the error of a %i", async (status) => {
    served.emulator.setFaults([{ status }]);
    const error: unknown = await client()
      .embeddings.create({ model: EMBEDDING, input: "a" })
      .catch((failure: unknown) => failure);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ status, error: { message: expect.any(String) as string } });
  });
});

/** Decodes a vector. The client decodes base64 only if it chose the encoding itself. */
function decoded(embedding: number[] | string): ArrayLike<number> {
  if (typeof embedding !== "string") return embedding;
  return new Float32Array(new Uint8Array(Buffer.from(embedding, "base64")).buffer);
}
