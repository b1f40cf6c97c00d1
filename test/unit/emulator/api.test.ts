import Together from "together-ai";
import { describe, expect, it } from "vitest";
import { createEmulator, emulatedModels, seededRandom } from "../../../src/emulator/index.js";
import { BASE, CHAT, EMBEDDING, RERANK, embed, emulatorWith, errorOf, post } from "./support.js";

/** Returns a request whose body is a stream. */
function streamOf(input: string): object {
  return { body: new Blob([JSON.stringify({ model: EMBEDDING, input })]).stream(), duplex: "half" };
}

/** Returns a request with a document of nested objects. */
function nestedDocument(depth: number): string {
  const document = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  return `{"model":"${RERANK}","query":"q","documents":[${document}]}`;
}

describe("createEmulator()", () => {
  it("lists the models as a plain array", async () => {
    const { fetch } = createEmulator();
    const response = await fetch(`${BASE}/models`, { headers: { authorization: "Bearer key" } });
    const models = (await response.json()) as { id: string; type: string }[];
    expect(models.map(({ id }) => id)).toEqual(Object.keys(emulatedModels));
    expect(models[0]).toMatchObject({
      id: EMBEDDING,
      object: "model",
      type: "embedding",
      context_length: 512,
    });
  });

  it.each([
    ["an unknown path", "POST", "/completions", 404],
    ["a path with the same end in another version", "POST", "/v2/embeddings", 404],
    ["a GET of the embeddings", "GET", "/embeddings", 405],
    ["a POST of the models", "POST", "/models", 405],
  ])("rejects %s", async (_, method, path, status) => {
    const { fetch } = createEmulator();
    const body = method === "POST" ? { body: "{}" } : {};
    const url = path.startsWith("/v2") ? `https://api.together.ai${path}` : BASE + path;
    const rejected = await errorOf(fetch(url, { method, headers: { authorization: "Bearer key" }, ...body }));
    expect(rejected).toMatchObject({ status, error: { type: "invalid_request_error" } });
  });

  it.each(["not json", "", "[]", "null", '"text"'])("rejects the body %j with a 400", async (body) => {
    expect(await errorOf(post(createEmulator().fetch, "/embeddings", body))).toMatchObject({ status: 400 });
  });

  it.each([{}, { authorization: "Bearer " }, { authorization: "Basic abc" }])(
    "rejects the headers %j with a 401",
    async (headers) => {
      const rejected = await errorOf(embed(createEmulator().fetch, "x", {}, { headers }));
      expect(rejected.status).toBe(401);
      expect(rejected.error).toEqual({
        message:
          "Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.",
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
      });
    },
  );

  it("accepts only the key of the apiKey option", async () => {
    const { ask } = emulatorWith({ apiKey: "right" });
    expect((await ask("x", {}, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
    expect((await ask("x", {}, { headers: { authorization: "Bearer right" } })).status).toBe(200);
  });

  it("rejects a body of more than maxBodyBytes bytes, not characters, with a 413", async () => {
    const { ask } = emulatorWith({ maxBodyBytes: 150 });
    expect((await ask("x".repeat(80))).status).toBe(200);
    expect(await errorOf(ask("語".repeat(80)))).toMatchObject({ status: 413 });
  });

  it("rejects a body of more than maxBodyBytes bytes that is a stream", async () => {
    const { ask } = emulatorWith({ maxBodyBytes: 150 });
    expect((await ask("", {}, streamOf("x".repeat(80)))).status).toBe(200);
    expect((await ask("", {}, streamOf("x".repeat(200)))).status).toBe(413);
  });

  it.each(["[", '{"a":', '{"model":'])(
    "rejects JSON that repeats %j 100,000 times with a 400",
    async (opening) => {
      const closing = opening.startsWith("[") ? "]" : "}";
      const body = `${opening.repeat(1e5)}1${closing.repeat(1e5)}`;
      for (const path of ["/embeddings", "/rerank", "/chat/completions"]) {
        expect((await post(createEmulator().fetch, path, body)).status).toBe(400);
      }
    },
  );

  it("rejects documents that are nested too deeply with a 400, and accepts those of 90 levels", async () => {
    const { fetch } = createEmulator();
    expect((await post(fetch, "/rerank", nestedDocument(90))).status).toBe(200);
    expect((await post(fetch, "/rerank", nestedDocument(20_000))).status).toBe(400);
  });

  it.each([
    ["inputs", "/embeddings", { model: EMBEDDING, input: Array.from({ length: 2049 }, () => "") }],
    [
      "documents",
      "/rerank",
      {
        model: "mixedbread-ai/Mxbai-Rerank-Large-V2",
        query: "q",
        documents: Array.from({ length: 10_001 }, () => ""),
      },
    ],
    [
      "messages",
      "/chat/completions",
      { model: CHAT, messages: Array.from({ length: 10_001 }, () => ({ role: "user", content: "" })) },
    ],
  ])("rejects more %s than any client sends with a 413", async (_, path, body) => {
    expect(await errorOf(post(createEmulator().fetch, path, body))).toMatchObject({ status: 413 });
    expect((await post(createEmulator({ maxBatchTexts: 20_000 }).fetch, path, body)).status).toBe(200);
  });

  it("embeds long words in linear time", async () => {
    const { ask } = emulatorWith();
    const before = performance.now();
    expect((await ask("a".repeat(1500))).status).toBe(200);
    expect((await ask("a".repeat(2000))).status).toBe(200);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("serves only the models of the models option", async () => {
    const { ask } = emulatorWith({ models: { "me/mine": { type: "embedding", dimensions: 3 } } });
    expect((await ask("x", { model: "me/mine" })).status).toBe(200);
    expect((await ask("x")).status).toBe(400);
  });

  it("serves the official client: embeddings, rerank, chat, streamed chat, models and errors", async () => {
    const client = new Together({ apiKey: "key", fetch: createEmulator().fetch, maxRetries: 0 });
    const { data } = await client.embeddings.create({ model: EMBEDDING, input: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([1024, 1024]);
    const { results } = await client.rerank.create({ model: RERANK, query: "b", documents: ["a a", "b b"] });
    expect(results[0]?.index).toBe(1);
    const messages = [{ role: "user" as const, content: "Grass is what cows eat.\nWhat do cows eat?" }];
    const { choices } = await client.chat.completions.create({ model: CHAT, messages });
    expect(choices[0]?.message?.content).toBe("Grass is what cows eat.");
    let streamed = "";
    for await (const chunk of await client.chat.completions.create({ model: CHAT, messages, stream: true })) {
      streamed += chunk.choices[0]?.delta.content ?? "";
    }
    expect(streamed).toBe("Grass is what cows eat.");
    expect(await client.models.list()).toHaveLength(Object.keys(emulatedModels).length);
    await expect(client.embeddings.create({ model: "gone", input: "a" })).rejects.toMatchObject({
      status: 400,
    });
  });

  it("uses the random option for the id of an error", async () => {
    const { ask } = emulatorWith({ random: () => 0 });
    expect(await errorOf(ask("x", { model: "gone" }))).toMatchObject({
      id: "o000000-000000-0000000000000000",
    });
  });
});

const draw = (seed: number): number[] => Array.from({ length: 1000 }, seededRandom(seed));

describe("seededRandom()", () => {
  it("returns the same numbers from 0 to below 1 for the same seed, and others for another", () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((value) => value >= 0 && value < 1)).toBe(true);
    expect(draw(7).reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(0.5, 1);
  });
});
