import { describe, expect, it } from "vitest";
import type { Failure } from "../../../../src/core/errors/failure.js";
import {
  isEncodingRejected,
  describeFailure,
  tooLargeBy,
} from "../../../../src/core/errors/describe-failure.js";
import { see } from "../../../support/complaint.js";

function status(code: number, message = "", waitMs?: number): Failure {
  return { kind: "status", status: code, body: { message, code: "", type: "" }, waitMs, requestId: "r-1" };
}

describe("a request is too much", () => {
  it.each([
    [413, "", "size"],
    [413, "batch size 33 > maximum allowed batch size 32", "count"],
    [422, "too many inputs", "count"],
    [400, "the number of items is limited", "count"],
    [400, "at most 100 texts", "count"],
    [400, "one token beyond the limit", "size"],
    [400, "input too long, and no longer than it may be", "size"],
    [403, "maximum context length is 512 tokens", "size"],
    [400, "the length must be less than that", "size"],
  ] as const)("by a %i that says %j: in %s", (code, message, by) => {
    expect(tooLargeBy(status(code, message))).toBe(by);
  });

  it.each([
    [400, "the size is not a number"],
    [400, "rate limit reached"],
    [404, "maximum context length is 512 tokens"],
    [429, "too many inputs"],
    [500, "the request size exceeds the limit"],
    [413, "model_not_available: too many inputs"],
  ])("never by a %i that says %j", (code, message) => {
    expect(tooLargeBy(status(code, message))).toBeUndefined();
  });
});

describe("base64 is refused", () => {
  it.each([
    [400, "encoding_format: unknown value"],
    [422, "unknown Encoding Format"],
    [400, "encodingFormat is no field"],
    [422, "extra fields: base64"],
  ])("by a %i that says %j", (code, message) => {
    expect(isEncodingRejected(status(code, message))).toBe(true);
  });

  it.each([
    [401, "base64 is for others"],
    [500, "base64 failed"],
    [400, "this format is unknown"],
  ])("never by a %i that says %j", (code, message) => {
    expect(isEncodingRejected(status(code, message))).toBe(false);
  });
});

describe("the error of a request", () => {
  const about = {
    task: "embed 2 texts",
    attempts: 1,
    model: "me/embedding",
    baseURL: "https://here.example/v1",
    timeout: 5000,
  };

  it.each<[string, Failure, Partial<typeof about>, string]>([
    [
      "a limit that asks for a wait",
      status(429, "", 1200),
      { attempts: 3 },
      "Together answered 429 after 3 attempts and asks for a wait of 2 s; try again later, share the load over fewer processes, or ask Together for a higher limit" +
        see("rate_limited"),
    ],
    [
      "a limit without a hint",
      status(429),
      {},
      "Together answered 429; try again later, share the load over fewer processes, or ask Together for a higher limit" +
        see("rate_limited"),
    ],
    [
      "a redirect",
      { kind: "redirect" },
      {},
      "https://here.example/v1 redirects elsewhere, and texts and key go only to `baseURL`; set `baseURL` to the final address if you trust it" +
        see("redirected"),
    ],
    [
      "a model that nothing is known of",
      status(400, "non-serverless model"),
      {},
      'the model is not served at https://here.example/v1 ("non-serverless model"); run it on a dedicated endpoint, then set `model` to "<project>/<endpoint>" and `baseURL` to "https://api-inference.together.ai/v1"' +
        see("model_unavailable"),
    ],
    [
      "a reranker that has left",
      status(400, "non-serverless model"),
      { model: "salesforce/Llama-Rank-v1" },
      "the model is not served at https://here.example/v1 (it left the serverless offer on 2026-02-06) (",
    ],
  ])("says all there is to say of %s", (_, failure, changes, said) => {
    const { message } = describeFailure(failure, { ...about, ...changes }, []);
    expect(message).toContain(`Cannot embed 2 texts: ${said}`);
  });
});
