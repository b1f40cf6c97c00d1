import { embed, embedMany } from "ai";
import { describe, expect, it, vi } from "vitest";
import { createTogether, type EmbeddingModelOptions } from "../../../src/ai-sdk/index.js";
import { bench, EMBEDDING, KEY, rejection, texts, vectorOf, type Bench } from "../../support/emulate.js";

const E5 = "intfloat/multilingual-e5-large-instruct";

function modelOn({ emulator }: Bench, own: EmbeddingModelOptions = {}, id: string = EMBEDDING) {
  return createTogether({ apiKey: KEY, fetch: emulator.fetch }).embeddingModel(id, own);
}

function e5(): Bench {
  return bench({ models: { [E5]: { type: "embedding", dimensions: 4 } } });
}

describe("AI SDK embedding model", () => {
  it("reports its specification version, and no limit for the length of lists", () => {
    expect(modelOn(bench())).toMatchObject({
      specificationVersion: "v3",
      provider: "together.embedding",
      modelId: EMBEDDING,
      maxEmbeddingsPerCall: Number.POSITIVE_INFINITY,
      supportsParallelCalls: true,
    });
  });

  it("works behind a proxy, which ai 7 puts around it", async () => {
    const model = new Proxy(modelOn(bench()), {});
    const { embedding } = await embed({ model, value: "a text" });
    expect(embedding).toEqual(vectorOf("a text"));
  });

  it("passes a long list whole, so that core divides it into batches", async () => {
    const server = bench({ keepBodies: false });
    await embedMany({ model: modelOn(server), values: texts(10_000) });
    expect(server.emulator.requests).toHaveLength(20);
  });

  it("reports the tokens of a call", async () => {
    const server = bench();
    const { usage } = await embedMany({ model: modelOn(server, { batchSize: 2 }), values: texts(5) });
    expect(usage.tokens).toBe(server.emulator.totals.tokens);
    expect(usage.tokens).toBeGreaterThan(0);
  });

  it.each([
    ["a call", {}, { together: { inputType: "query" } }],
    ["the model", { inputType: "query" }, undefined],
    ["a call, against the model", { inputType: "document" }, { together: { inputType: "query" } }],
  ] as const)("adds the query prefix if the input type of %s is query", async (_, own, providerOptions) => {
    const server = e5();
    await embed({
      model: modelOn(server, own, E5),
      value: "How do bees live?",
      ...(providerOptions && { providerOptions }),
    });
    expect(server.bodies()[0]?.input).toEqual([expect.stringMatching(/^Instruct: .+\nQuery: How do bees/s)]);
  });

  it("adds no query prefix to a document, whatever the model's input type is", async () => {
    const server = e5();
    const model = modelOn(server, { inputType: "query" }, E5);
    const providerOptions = { together: { inputType: "document" } };
    await embed({ model, value: "Bees live on nectar.", providerOptions });
    expect(server.bodies()[0]?.input).toEqual(["Bees live on nectar."]);
  });

  it("sends several queries in one request", async () => {
    const server = e5();
    const model = modelOn(server, { inputType: "query" }, E5);
    await embedMany({ model, values: ["one", "two"] });
    expect(server.bodies().map(({ input }) => input.length)).toEqual([2]);
  });

  it.each([
    [{ inputType: "question" }, /`inputType` .+it must be "query" or "document"/],
    [{ input_type: "query" }, /`input_type` is not an option; .*`inputType`/],
    ["query", /`providerOptions.together` is not an object; it takes inputType \(see/],
  ])("rejects the call's options %o before any request", async (together, message) => {
    const server = bench();
    const call = embed({ model: modelOn(server), value: "a text", providerOptions: { together } as never });
    const error = (await rejection(call)) as Error;
    expect(error).toMatchObject({ code: "invalid_option" });
    expect(error.message).toMatch(message);
    expect(server.emulator.requests).toEqual([]);
  });

  it("ignores the options of other providers", async () => {
    const providerOptions = { openai: { dimensions: 256 } };
    const { embedding } = await embed({ model: modelOn(bench()), value: "a text", providerOptions });
    expect(embedding).toEqual(vectorOf("a text"));
  });

  it("returns whole vectors with a warning if a call sets dimensions", async () => {
    const call = { values: ["a text"], dimensions: 2 };
    const { embeddings, warnings } = await modelOn(bench()).doEmbed(call);
    expect(embeddings).toEqual([vectorOf("a text")]);
    expect(warnings).toEqual([
      { type: "unsupported", feature: "dimensions", details: "Together returns whole vectors" },
    ]);
  });

  it("returns no warning if a call sets nothing that is unsupported", async () => {
    expect((await modelOn(bench()).doEmbed({ values: ["a text"] })).warnings).toEqual([]);
  });

  it("aborts the request in flight when a call is aborted", async () => {
    const server = bench({ latency: 10_000 });
    const controller = new AbortController();
    const call = embed({ model: modelOn(server), value: "a text", abortSignal: controller.signal });
    await vi.waitFor(() => expect(server.emulator.requests).toHaveLength(1));
    controller.abort(new Error("enough"));
    await expect(call).rejects.toThrow("enough");
  });

  it("sends the headers of a call, but not a key", async () => {
    const server = bench();
    const fetch = vi.fn<typeof globalThis.fetch>(server.emulator.fetch);
    const model = createTogether({ apiKey: KEY, fetch }).embeddingModel(EMBEDDING);
    await embed({ model, value: "a text", headers: { "X-Trace": "12", authorization: "Bearer other" } });
    const headers = new Headers(fetch.mock.calls[0]?.[1]?.headers);
    expect(headers.get("x-trace")).toBe("12");
    expect(headers.get("user-agent")).toMatch(/^ai\//);
    expect(headers.get("authorization")).toBe(`Bearer ${KEY}`);
  });

  it("is not retried by the AI SDK", async () => {
    const server = bench({ faults: () => ({ status: 500 }) });
    const call = embed({ model: modelOn(server, { maxRetries: 0 }), value: "a text", maxRetries: 5 });
    expect(await rejection(call)).toMatchObject({ name: "TogetherError", code: "server_error" });
    expect(server.emulator.requests).toHaveLength(1);
  });
});
