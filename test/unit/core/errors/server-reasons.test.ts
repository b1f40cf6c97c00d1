import { describe, expect, it } from "vitest";
import { describeDelay, describeReason } from "../../../../src/core/errors/server-reasons.js";

const OMITTED = " (its message is omitted: it may quote the request; a custom `fetch` can log it)";

function reason(message: string, sent: readonly string[] = [], status = 400, code = ""): string {
  return describeReason(status, { message, code, type: "" }, sent);
}

describe("describeReason()", () => {
  it.each([
    [
      "This model's maximum context length is 512 tokens. However, you requested 613 tokens in the input",
      "it accepts at most 512 tokens per text",
    ],
    [
      "Input validation error: `inputs` must have less than 8192 tokens. Given: 9211",
      "it accepts at most 8192 tokens per text",
    ],
    ["Range of input length should be [1, 2048]", "it accepts at most 2048 tokens per text"],
    ["exceeds the available context size (4096 tokens)", "it accepts at most 4096 tokens per text"],
    ["Input token count plus max_tokens exceeds the context length.", "a text exceeds the context length"],
    ["batch size 33 > maximum allowed batch size 32", "it accepts at most 32 texts per request"],
    [
      "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an array with length 2049",
      "it accepts at most 2048 texts per request",
    ],
    [
      "invalid request: total number of texts must be at most 96 - received 100",
      "it accepts at most 96 texts per request",
    ],
    ["at most 100 requests can be in one batch", "it accepts at most 100 texts per request"],
    [
      "Requested 673477 tokens, max 300000 tokens per request",
      "it accepts at most 300000 tokens per request",
    ],
    [
      "The max allowed tokens per submitted batch is 120000. Your batch has 130211 tokens",
      "it accepts at most 120000 tokens per request",
    ],
    [
      "The maximum rate limit for this model is 9.0 queries per minute",
      "it accepts at most 9 requests per minute",
    ],
    ["Unrecognized request arguments supplied: dimensions", "it does not know the argument dimensions"],
    ["Unrecognized request arguments supplied: alice_smith", "it does not know an argument of the request"],
    ["Extra inputs are not permitted", "it does not know an argument of the request"],
    [
      'Model "x" does not support matryoshka representation, changing output dimensions will lead to poor results.',
      "the number of dimensions of this model is fixed",
    ],
    [
      "Unable to access non-serverless model a/b. Please visit https://api.together.ai/models/a/b",
      "the model needs a dedicated endpoint",
    ],
    ["The dedicated endpoint for a/b is not running.", "the dedicated endpoint is not running"],
    ["The model `a/b` does not exist.", "it has no such model"],
    ["The model does not support Embeddings API", "the model creates no embeddings"],
    ["The model does not support Rerank (Score) API", "the model does not rerank"],
    ["Credit limit exceeded, please add credits.", "the credit limit is exceeded"],
    ["You exceeded your current quota", "the quota is used up"],
    ["Input cannot be blank", "it rejects empty texts"],
  ])("describes %j", (message, described) => {
    expect(reason(message)).toBe(` (${described})`);
  });

  it.each(["The service is closed on Sundays.", "", "\u202Eevil\u200B"])(
    "omits the message %j",
    (message) => {
      expect(reason(message)).toBe(OMITTED);
    },
  );

  it("shows a known code, and no other", () => {
    expect(reason("no", [], 400, "model_not_available")).toBe(` [model_not_available]${OMITTED}`);
    expect(reason("no", [], 400, "account_4711")).toBe(OMITTED);
    expect(reason("no", ["the words model_not_available"], 400, "model_not_available")).toBe(OMITTED);
  });

  it.each([401, 408, 409, 425, 500, 503])("shows only the code of a %i", (status) => {
    expect(reason("Credit limit exceeded", [], status, "invalid_api_key")).toBe(" [invalid_api_key]");
  });

  it.each([402, 429])("adds only a known reason to a %i", (status) => {
    expect(reason("Credit limit exceeded", [], status)).toBe(" (the credit limit is exceeded)");
    expect(reason("no", [], status)).toBe("");
  });
});

function limit(digits: string, ...sent: string[]): string {
  return reason(`maximum context length is ${digits} tokens`, sent);
}

describe("describeReason(): numbers", () => {
  const WITHOUT = " (it limits tokens per text)";

  it.each(["512", "514", "8191", "8192", "40960", "25", "300000"])("shows the limit %s", (digits) => {
    expect(limit(digits, "a text of 1512 words")).toBe(` (it accepts at most ${digits} tokens per text)`);
  });

  it.each(["4711", "123456789", "613", "0", "007", "99999999999999999999"])(
    "omits %s, which no server has as a limit",
    (digits) => {
      expect(limit(digits)).toBe(WITHOUT);
    },
  );

  it.each([
    ["as it is", "pin 512"],
    ["reversed", "215"],
    ["in full-width digits", "５１２"],
    ["with a zero-width space in it", "5\u200B12"],
  ])("omits a number that is in a text %s", (_, text) => {
    expect(limit("512", "another", text)).toBe(WITHOUT);
  });

  it("omits a number whose hexadecimal digits are letters of a text", () => {
    expect(Buffer.from(" H").toString("hex")).toBe("2048");
    expect(limit("2048", "another", "Dear Harry")).toBe(WITHOUT);
    expect(limit("2048", "another", "Dear Larry")).toBe(" (it accepts at most 2048 tokens per text)");
    expect(limit("512", "Question")).toBe(" (it accepts at most 512 tokens per text)");
  });

  it("omits a reason whose words are in a text", () => {
    expect(limit("512", "Our MAXIMUM context length is 1024 tokens")).toBe(OMITTED);
  });
});

describe("describeDelay()", () => {
  it("returns whole seconds, unless a text contains them or they are more than a day", () => {
    expect(describeDelay(undefined, [])).toBe("");
    expect(describeDelay(1200, ["a text"])).toBe(" and asks for a delay of 2 s");
    expect(describeDelay(4_711_000, ["pin 4711"])).toBe(" and asks for a delay");
    expect(describeDelay(123_456_789_000, [])).toBe(" and asks for a delay");
  });
});
