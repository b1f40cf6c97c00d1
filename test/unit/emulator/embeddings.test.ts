import { describe, expect, it } from "vitest";
import { EMBEDDING, UNIT, emulatorWith, errorOf, post, vectorsFrom, type EmbeddingsJson } from "./support.js";

const length = (vector: readonly number[]): number => Math.hypot(...vector);

describe("POST /v1/embeddings", () => {
  it("returns one vector of the model's dimensions for a string", async () => {
    const { ask } = emulatorWith();
    const response = (await (await ask("Hello")).json()) as EmbeddingsJson;
    expect(response).toMatchObject({
      object: "list",
      model: EMBEDDING,
      data: [{ object: "embedding", index: 0 }],
    });
    expect(response.data[0]?.embedding).toHaveLength(1024);
  });

  it("returns the vectors of a list in its order", async () => {
    const { ask } = emulatorWith();
    const [one, two] = await vectorsFrom(ask(["one thing", "two others"]));
    expect(await vectorsFrom(ask("one thing"))).toEqual([one]);
    expect(await vectorsFrom(ask("two others"))).toEqual([two]);
  });

  it("reports the token count", async () => {
    const { ask } = emulatorWith();
    const { usage } = (await (await ask(["x".repeat(400), "y".repeat(40)])).json()) as EmbeddingsJson;
    expect(usage).toMatchObject({ prompt_tokens: 110, total_tokens: 110 });
  });

  it("returns usage: null for a model that reports none", async () => {
    const { ask } = emulatorWith();
    const response = await ask("text", { model: "togethercomputer/m2-bert-80M-32k-retrieval" });
    expect(await response.json()).toMatchObject({ usage: null });
  });

  it("normalizes the vectors of models with unitLength only", async () => {
    const { ask } = emulatorWith();
    const [unit] = await vectorsFrom(ask("a text", { model: UNIT }));
    const [other] = await vectorsFrom(ask("a text", { model: "togethercomputer/m2-bert-80M-8k-retrieval" }));
    expect(length(unit ?? [])).toBeCloseTo(1, 3);
    expect(length(other ?? [])).toBeGreaterThanOrEqual(1.049);
    expect(length(other ?? [])).toBeLessThan(1.55);
  });

  it("returns the vectors of an asynchronous embed option, of any array type", async () => {
    const { ask } = emulatorWith({
      models: { "my/model": { type: "embedding", dimensions: 2 } },
      embed: async (texts, model) => texts.map((text) => Float32Array.of(text.length, model.length)),
    });
    expect(await vectorsFrom(ask(["a", "bc"], { model: "my/model" }))).toEqual([
      [1, 8],
      [2, 8],
    ]);
  });

  it("ignores base64 or rejects it with a 400, by the base64 option", async () => {
    const wanted = { encoding_format: "base64" };
    const [floats] = await vectorsFrom(emulatorWith({ base64: "ignore" }).ask("text", wanted));
    expect(floats).toHaveLength(1024);
    const rejected = await errorOf(emulatorWith({ base64: "reject" }).ask("text", wanted));
    expect(rejected).toMatchObject({ status: 400, error: { param: "encoding_format" } });
  });

  it("truncates a text that is too long", async () => {
    const { ask } = emulatorWith();
    const [long, longer] = await vectorsFrom(ask(["word ".repeat(2000), "word ".repeat(3000)]));
    expect(long).toEqual(longer);
  });

  it("rejects a text that is too long with vLLM's message for longText: reject", async () => {
    const { error, status } = await errorOf(
      emulatorWith({ longText: "reject" }).ask(["short", "word ".repeat(2000)]),
    );
    expect(status).toBe(400);
    expect(error.message).toMatch(
      /maximum context length is 512 tokens\. However, you requested 2500 tokens/,
    );
  });

  it("rejects a blank text for blankText: reject", async () => {
    expect((await emulatorWith().ask(["", " \n"])).status).toBe(200);
    expect(await errorOf(emulatorWith({ blankText: "reject" }).ask(["fine", " \n"]))).toMatchObject({
      status: 400,
    });
  });

  it.each([
    ["texts", { maxBatchTexts: 2 }, ["a", "b", "c"], /batch size 3 > maximum allowed batch size 2/],
    [
      "tokens",
      { maxBatchTokens: 9 },
      ["x".repeat(20), "y".repeat(20)],
      /10 tokens > maximum allowed batch tokens 9/,
    ],
  ])("rejects too many %s with tooLargeStatus", async (_, most, input, message) => {
    const rejected = await errorOf(emulatorWith(most).ask(input));
    expect(rejected.status).toBe(413);
    expect(rejected.error.message).toMatch(message);
    expect((await emulatorWith({ ...most, tooLargeStatus: 422 }).ask(input)).status).toBe(422);
    expect((await emulatorWith(most).ask(input.slice(1))).status).toBe(200);
  });
});

describe("validation of POST /v1/embeddings", () => {
  const { emulator, ask } = emulatorWith();

  it.each([
    [
      "an unknown argument",
      { input: "x", dimensions: 8 },
      "Unrecognized request arguments supplied: dimensions",
      null,
    ],
    [
      "two unknown arguments",
      { input: "x", user: "u", a: 1 },
      "Unrecognized request arguments supplied: user, a",
      null,
    ],
    ["a missing model", { input: "x", model: undefined }, "Missing required argument: model", "model"],
    [
      "a model that is not a string",
      { input: "x", model: 7 },
      "Invalid argument model: expected a string",
      "model",
    ],
    ["a missing input", {}, "Missing required argument: input", "input"],
    ["a null input", { input: null }, "Missing required argument: input", "input"],
    [
      "a number as input",
      { input: 7 },
      "Invalid argument input: expected a string or a list of strings",
      "input",
    ],
    [
      "a list with a number",
      { input: ["a", 7] },
      "Invalid argument input: expected a string or a list of strings",
      "input",
    ],
    ["an empty list", { input: [] }, "Input cannot be empty", "input"],
    [
      "an unknown encoding format",
      { input: "x", encoding_format: "hex" },
      'Invalid argument encoding_format: expected "float" or "base64"',
      "encoding_format",
    ],
    [
      "a rerank model",
      { input: "x", model: "Salesforce/Llama-Rank-V1" },
      "Model Salesforce/Llama-Rank-V1 is of type rerank, not embedding",
      "model",
    ],
  ])("rejects %s", async (_, body, message, param) => {
    const { id, error, status } = await errorOf(
      post(emulator.fetch, "/embeddings", { model: EMBEDDING, ...body }),
    );
    expect({ status, error }).toEqual({
      status: 400,
      error: { message, type: "invalid_request_error", param, code: null },
    });
    expect(id).toMatch(/^o[a-z0-9]+-[a-z0-9]+-[a-f0-9]{16}$/);
  });

  it.each(["gone/model", "toString", "__proto__"])(
    "rejects the model %s as not serverless",
    async (model) => {
      const { status, error } = await errorOf(ask("x", { model }));
      expect(status).toBe(400);
      expect(error).toEqual({
        message:
          `Unable to access non-serverless model ${model}. Please visit https://api.together.ai/models/${model} ` +
          "to create and start a new dedicated endpoint for the model.",
        type: "invalid_request_error",
        param: null,
        code: "model_not_available",
      });
    },
  );
});
