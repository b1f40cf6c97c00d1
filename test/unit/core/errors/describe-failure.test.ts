import { describe, expect, it } from "vitest";
import type { Failure } from "../../../../src/core/errors/failure.js";
import { describeFailure } from "../../../../src/core/errors/describe-failure.js";
import { isEncodingRejected, tooLargeBy } from "../../../../src/core/errors/rejection.js";
import { see } from "../../../support/error-message.js";

function status(code: number, message = "", waitMs?: number): Failure {
  return { kind: "status", status: code, body: { message, code: "", type: "" }, waitMs, requestId: "r-1" };
}

describe("tooLargeBy()", () => {
  it.each([
    [413, "", "unknown"],
    [413, "the request was rejected", "unknown"],
    [413, "Payload Too Large", "unknown"],
    [413, "Request Entity Too Large", "unknown"],
    [413, "input too long", "size"],
    [413, "the body has more than 65536 bytes", "size"],
    [413, "the body is limited to 64 KB", "size"],
    [413, "the body is limited to 1MiB", "size"],
    [413, "the body is not a kb article", "unknown"],
    [413, "maximum context length is 512 tokens", "size"],
    [413, "batch size 33 > maximum allowed batch size 32", "count"],
    [422, "too many inputs", "count"],
    [400, "the number of items is limited", "count"],
    [400, "at most 100 texts", "count"],
    [400, "one token beyond the limit", "size"],
    [400, "input too long, and no longer than it may be", "size"],
    [403, "maximum context length is 512 tokens", "size"],
    [400, "the length must be less than that", "size"],
  ] as const)("reads a %i with the message %j as %s", (code, message, by) => {
    expect(tooLargeBy(status(code, message))).toBe(by);
  });

  it.each([
    [400, "the size is not a number"],
    [400, "rate limit reached"],
    [404, "maximum context length is 512 tokens"],
    [429, "too many inputs"],
    [500, "the request size exceeds the limit"],
    [413, "model_not_available: too many inputs"],
  ])("returns undefined for a %i with the message %j", (code, message) => {
    expect(tooLargeBy(status(code, message))).toBeUndefined();
  });
});

describe("mistyped model", () => {
  const context = {
    task: "embed 1 text",
    attempts: 1,
    baseURL: "https://api.together.ai/v1",
    timeout: 60_000,
  };
  const unavailable = status(400, "model_not_available");

  it("causes a suggestion of the known id when the server rejects it", () => {
    const { message } = describeFailure(unavailable, { ...context, model: "BAAI/bge-large-en-v1-5" }, []);
    expect(message).toContain("the model is not served at https://api.together.ai/v1");
    expect(message).toContain(
      "; did you mean " +
        '"BAAI/bge-large-en-v1.5" (no longer served serverless since 2026-02-06)? Otherwise run it on a dedicated endpoint',
    );
    const missing = describeFailure(status(404), { ...context, model: "gte-large" }, []);
    expect(missing.message).toContain('; did you mean "thenlper/gte-large"? Otherwise check `baseURL`');
  });

  it.each(["BAAI/bge-large-en-v1.5", "acme/e5-large", "text-embedding-3-small"])(
    "is not assumed for the id %s",
    (model) => {
      expect(describeFailure(unavailable, { ...context, model }, []).message).not.toContain("did you mean");
      expect(describeFailure(status(404), { ...context, model }, []).message).not.toContain("did you mean");
    },
  );
});

describe("isEncodingRejected()", () => {
  it.each([
    [400, "encoding_format: unknown value"],
    [422, "unknown Encoding Format"],
    [400, "encodingFormat is no field"],
    [422, "extra fields: base64"],
  ])("returns true for a %i with the message %j", (code, message) => {
    expect(isEncodingRejected(status(code, message))).toBe(true);
  });

  it.each([
    [401, "base64 is for others"],
    [500, "base64 failed"],
    [400, "this format is unknown"],
  ])("returns false for a %i with the message %j", (code, message) => {
    expect(isEncodingRejected(status(code, message))).toBe(false);
  });
});

describe("describeFailure()", () => {
  const context = {
    task: "embed 2 texts",
    attempts: 1,
    model: "me/embedding",
    baseURL: "https://here.example/v1",
    timeout: 5000,
  };

  it.each<[string, Failure, Partial<typeof context>, string]>([
    [
      "a 429 with a delay",
      status(429, "", 1200),
      { attempts: 3 },
      "Together responded with 429 after 3 attempts and asks for a delay of 2 s; retry later, use fewer processes, or ask Together for a higher limit" +
        see("rate_limited"),
    ],
    [
      "a 429 without a delay",
      status(429),
      {},
      "Together responded with 429; retry later, use fewer processes, or ask Together for a higher limit" +
        see("rate_limited"),
    ],
    [
      "an error object in a 200",
      { ...status(500), httpStatus: 200 } as Failure,
      { attempts: 2 },
      "Together responded with an error in a 200 after 2 attempts; retry later; a cache keeps the finished vectors" +
        see("server_error"),
    ],
    [
      "a rejected request",
      status(400),
      {},
      "Together responded with 400 (its message is omitted: it may quote the request; a custom `fetch` can log it); change what the server rejects; a retry cannot help" +
        see("bad_request"),
    ],
    [
      "a 403 for a text that is too long",
      status(403, "maximum context length is 512 tokens"),
      {},
      "Together responded with 403 (it accepts at most 512 tokens per text); change what the server rejects; a retry cannot help" +
        see("bad_request"),
    ],
    [
      "a certificate that is not trusted",
      { kind: "certificate", detail: "CERT_HAS_EXPIRED" },
      {},
      "the certificate of https://here.example/v1 is not trusted (CERT_HAS_EXPIRED); renew it, or make its certificate authority known: in Node, set NODE_EXTRA_CA_CERTS" +
        see("connection_failed"),
    ],
    [
      "a wrong option that a request has shown",
      { kind: "option", problem: "`dimensions` is 4", fix: "set 8" },
      {},
      "`dimensions` is 4; set 8" + see("invalid_option"),
    ],
    [
      "a redirect",
      { kind: "redirect" },
      {},
      "https://here.example/v1 redirects to another address, but texts and key are sent only to `baseURL`; set `baseURL` to the final address if you trust it" +
        see("redirected"),
    ],
    [
      "an unknown model",
      status(400, "Unable to access non-serverless model me/embedding."),
      {},
      'the model is not served at https://here.example/v1 (the model needs a dedicated endpoint); run it on a dedicated endpoint, then set `model` to "<project>/<endpoint>", `baseModel` to the id of the model, and `baseURL` to "https://api-inference.together.ai/v1"' +
        see("model_unavailable"),
    ],
    [
      "a rerank model that is no longer served",
      status(400, "Unable to access non-serverless model me/embedding."),
      { model: "salesforce/Llama-Rank-v1" },
      "the model is not served at https://here.example/v1 (no longer served serverless since 2026-02-06) (",
    ],
  ])("describes %s", (_, failure, changes, sentence) => {
    const { message } = describeFailure(failure, { ...context, ...changes }, []);
    expect(message).toContain(`Cannot embed 2 texts: ${sentence}`);
  });
});
