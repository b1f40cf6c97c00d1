import { describe, expect, it } from "vitest";
import { EMBEDDING, UNIT, emulatorWith, errorOf, post, vectorsFrom, type EmbeddingsJson } from "./support.js";

const length = (vector: readonly number[]): number => Math.hypot(...vector);

describe("POST /v1/embeddings", () => {
  it("answers a string with one vector of the model's size", async () => {
    const { ask } = emulatorWith();
    const answer = (await (await ask("Hello")).json()) as EmbeddingsJson;
    expect(answer).toMatchObject({
      object: "list",
      model: EMBEDDING,
      data: [{ object: "embedding", index: 0 }],
    });
    expect(answer.data[0]?.embedding).toHaveLength(1024);
  });

  it("answers a list in its order", async () => {
    const { ask } = emulatorWith();
    const [one, two] = await vectorsFrom(ask(["one thing", "two others"]));
    expect(await vectorsFrom(ask("one thing"))).toEqual([one]);
    expect(await vectorsFrom(ask("two others"))).toEqual([two]);
  });

  it("says how many tokens it took", async () => {
    const { ask } = emulatorWith();
    const { usage } = (await (await ask(["x".repeat(400), "y".repeat(40)])).json()) as EmbeddingsJson;
    expect(usage).toMatchObject({ prompt_tokens: 110, total_tokens: 110 });
  });

  it("keeps the usage of the model that reports none to itself", async () => {
    const { ask } = emulatorWith();
    const answer = await ask("text", { model: "togethercomputer/m2-bert-80M-32k-retrieval" });
    expect(await answer.json()).toMatchObject({ usage: null });
  });

  it("gives vectors of length 1 for models that do, and of other lengths for those that do not", async () => {
    const { ask } = emulatorWith();
    const [unit] = await vectorsFrom(ask("a text", { model: UNIT }));
    const [other] = await vectorsFrom(ask("a text", { model: "togethercomputer/m2-bert-80M-8k-retrieval" }));
    expect(length(unit ?? [])).toBeCloseTo(1, 3);
    expect(length(other ?? [])).toBeGreaterThanOrEqual(1.049);
    expect(length(other ?? [])).toBeLessThan(1.55);
  });

  it("leaves the vectors to the embed option, which may be asynchronous and of any array type", async () => {
    const { ask } = emulatorWith({
      models: { "my/model": { type: "embedding", dimensions: 2 } },
      embed: async (texts, model) => texts.map((text) => Float32Array.of(text.length, model.length)),
    });
    expect(await vectorsFrom(ask(["a", "bc"], { model: "my/model" }))).toEqual([
      [1, 8],
      [2, 8],
    ]);
  });

  it("ignores base64 or refuses it with a 400, if it is told to", async () => {
    const wanted = { encoding_format: "base64" };
    const [floats] = await vectorsFrom(emulatorWith({ base64: "ignore" }).ask("text", wanted));
    expect(floats).toHaveLength(1024);
    const refused = await errorOf(emulatorWith({ base64: "reject" }).ask("text", wanted));
    expect(refused).toMatchObject({ status: 400, error: { param: "encoding_format" } });
  });

  it("cuts a text that is too long without a word", async () => {
    const { ask } = emulatorWith();
    const [long, longer] = await vectorsFrom(ask(["word ".repeat(2000), "word ".repeat(3000)]));
    expect(long).toEqual(longer);
  });

  it("refuses a text that is too long in the words of vLLM, if it is told to", async () => {
    const { error, status } = await errorOf(
      emulatorWith({ longText: "reject" }).ask(["short", "word ".repeat(2000)]),
    );
    expect(status).toBe(400);
    expect(error.message).toMatch(
      /maximum context length is 512 tokens\. However, you requested 2500 tokens/,
    );
  });

  it("refuses a blank text, if it is told to", async () => {
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
  ])("refuses too many %s of a request with the status it is told", async (_, most, input, message) => {
    const refused = await errorOf(emulatorWith(most).ask(input));
    expect(refused.status).toBe(413);
    expect(refused.error.message).toMatch(message);
    expect((await emulatorWith({ ...most, tooLargeStatus: 422 }).ask(input)).status).toBe(422);
    expect((await emulatorWith(most).ask(input.slice(1))).status).toBe(200);
  });
});

describe("request checks of POST /v1/embeddings", () => {
  const { emulator, ask } = emulatorWith();

  it.each([
    [
      "a field it does not know",
      { input: "x", dimensions: 8 },
      "Unrecognized request arguments supplied: dimensions",
      null,
    ],
    [
      "two of them",
      { input: "x", user: "u", a: 1 },
      "Unrecognized request arguments supplied: user, a",
      null,
    ],
    ["no model", { input: "x", model: undefined }, "Missing required argument: model", "model"],
    [
      "a model that is no string",
      { input: "x", model: 7 },
      "Invalid argument model: expected a string",
      "model",
    ],
    ["no input", {}, "Missing required argument: input", "input"],
    ["a null input", { input: null }, "Missing required argument: input", "input"],
    ["a number", { input: 7 }, "Invalid argument input: expected a string or a list of strings", "input"],
    [
      "a list with a number",
      { input: ["a", 7] },
      "Invalid argument input: expected a string or a list of strings",
      "input",
    ],
    ["an empty list", { input: [] }, "Input cannot be empty", "input"],
    [
      "another format",
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
  ])("refuse %s", async (_, body, message, param) => {
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
    "refuse the model %s as one that is not serverless",
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
