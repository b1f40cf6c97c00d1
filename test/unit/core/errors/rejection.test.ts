import { describe, expect, it } from "vitest";
import { failureCode } from "../../../../src/core/errors/describe-failure.js";
import type { Failure } from "../../../../src/core/errors/failure.js";
import { isEncodingRejected, mayBeTooLarge, tooLargeBy } from "../../../../src/core/errors/rejection.js";
import { readErrorText } from "../../../../src/core/request/error-body.js";
import { isRetryable } from "../../../../src/core/request/retry-policy.js";
import { readErrorBody } from "../../../../src/core/request/wire.js";
import { REJECTED, TOO_LARGE, titleOf, type Wording } from "../../../support/wordings.js";

/** Returns the client's failure for a response. */
function failureOf({ status, body }: Pick<Wording, "status" | "body">): Failure {
  const words = typeof body === "string" ? readErrorText(body) : readErrorBody(body);
  return { kind: "status", status, body: words, waitMs: undefined, requestId: undefined };
}

function rejected(status: number, message: string): Failure {
  return failureOf({ status, body: { error: { message } } });
}

describe("tooLargeBy()", () => {
  it.each(TOO_LARGE.map((wording) => [titleOf(wording), wording] as const))("recognizes %s", (_, wording) => {
    const failure = failureOf(wording);
    expect(tooLargeBy(failure)).toBe(wording.by);
    expect(failureCode(failure)).toBe("bad_request");
    expect(isRetryable(failure, true)).toBe(false);
  });

  it.each(REJECTED.map((wording) => [titleOf(wording), wording] as const))(
    "finds no size in %s",
    (_, wording) => {
      const failure = failureOf(wording);
      expect(tooLargeBy(failure)).toBeUndefined();
      expect(failureCode(failure)).toBe(wording.code);
      expect(mayBeTooLarge(failure)).toBe(wording.code === "bad_request");
    },
  );

  it.each([
    [403, "This API token has reached its spending limit"],
    [403, "Your access token exceeds its maximum lifetime"],
    [403, "The quota of input tokens is used up: context length"],
    [403, "Request size exceeds what your plan allows"],
    [400, "This API token has reached its spending limit"],
    [400, "You exceed the limit of 100000 tokens per minute"],
    [400, "At most 60 requests per minute"],
    [422, "Unexpected token < in JSON at position 0"],
    [500, "The context length service is down"],
    [500, "maximum recursion depth exceeded"],
    [503, "input (2793 tokens) is too large to process"],
    [401, "maximum context length is 512 tokens"],
  ])("finds no size in a %i with the message %j", (status, message) => {
    expect(tooLargeBy(rejected(status, message))).toBeUndefined();
  });

  it.each([
    "Input token count plus max_tokens exceeds the context length.",
    "batch size 64 > maximum allowed batch size 10",
    "The input length is limited to 512 tokens",
    "Too many inputs",
  ])("recognizes a 403 that names the input: %j", (message) => {
    expect(tooLargeBy(rejected(403, message))).toBeDefined();
  });

  it.each(["context_length_exceeded", "max_tokens_per_request", "tokens_limit_reached"])(
    "recognizes the code %s without a message",
    (code) => {
      expect(tooLargeBy(failureOf({ status: 400, body: { error: { code } } }))).toBe("size");
    },
  );

  it("returns undefined for a failure without a status, and for a model that is not served", () => {
    expect(tooLargeBy({ kind: "timeout" })).toBeUndefined();
    expect(
      tooLargeBy(rejected(400, "model_not_available: too many tokens exceed the limit")),
    ).toBeUndefined();
  });

  it("reads the words of a type with underscores", () => {
    const type = "context_length_exceeded";
    expect(tooLargeBy(failureOf({ status: 400, body: { error: { type } } }))).toBe("size");
  });

  it("recognizes a body that was cut off because it repeats the request", () => {
    const start =
      '{"error":{"message":"This model\'s maximum context length is 512 tokens. You sent: \\"word ';
    expect(tooLargeBy(failureOf({ status: 400, body: start + "word ".repeat(13_000) }))).toBe("size");
  });

  it("recognizes a message that repeats a text about another limit", () => {
    const message =
      "This model's maximum context length is 512 tokens. You sent: my credit balance per month";
    expect(tooLargeBy(rejected(400, message))).toBe("size");
  });

  it("takes linear time in the length of the message", () => {
    const startedAt = performance.now();
    tooLargeBy(rejected(403, "a text of an input, too ".repeat(50_000)));
    tooLargeBy(rejected(400, "batch size input documents 1 ".repeat(50_000)));
    // About 0.1 s. Quadratic time would be minutes.
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it("recognizes at least the promised number of wordings, each from a page", () => {
    expect(TOO_LARGE.length).toBeGreaterThanOrEqual(40);
    expect(REJECTED.length).toBeGreaterThanOrEqual(15);
    for (const { source } of [...TOO_LARGE, ...REJECTED]) expect(new URL(source).protocol).toBe("https:");
    const bodies = [...TOO_LARGE, ...REJECTED].map(({ body }) => JSON.stringify(body));
    expect(new Set(bodies).size).toBe(bodies.length);
  });
});

describe("isEncodingRejected()", () => {
  it.each([
    [400, "encoding_format is not supported", true],
    [422, "Unknown parameter: encodingFormat", true],
    [422, "encoding format must be float", true],
    [400, "base64 is not supported", true],
    [400, "no such parameter", false],
    [401, "encoding_format is not supported", false],
    [500, "encoding_format is not supported", false],
  ])("returns for a %i with the message %j %j", (status, message, expected) => {
    expect(isEncodingRejected(rejected(status, message))).toBe(expected);
  });

  it("returns false for a failure without a status", () => {
    expect(isEncodingRejected({ kind: "timeout" })).toBe(false);
  });
});

describe("mayBeTooLarge()", () => {
  it.each([
    [400, "The request cannot be processed", true],
    [422, "Unprocessable", true],
    [413, "No", true],
    [401, "The request cannot be processed", false],
    [402, "The request cannot be processed", false],
    [403, "The request cannot be processed", false],
    [404, "The request cannot be processed", false],
    [405, "The request cannot be processed", false],
    [500, "The request cannot be processed", false],
    [400, "encoding_format is unknown", false],
    [400, "model_not_available", false],
  ])("returns for a %i with the message %j %j", (status, message, expected) => {
    expect(mayBeTooLarge(rejected(status, message))).toBe(expected);
  });

  it("returns false for a failure without a status", () => {
    expect(mayBeTooLarge({ kind: "timeout" })).toBe(false);
  });
});
