import { describe, expect, it } from "vitest";
import type { Fault } from "../../../../src/emulator/index.js";
import type { TogetherError } from "../../../../src/index.js";
import { errorInBody, readErrorText } from "../../../../src/core/request/error-body.js";
import { bench, only, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

/** Returns a successful response that contains an error object. */
function success(body: object | string): Fault {
  return { status: 200, body };
}

describe("readErrorText()", () => {
  it.each([
    ["length limit exceeded", { message: "length limit exceeded", type: "", code: "" }],
    ["<html><body>No.</body></html>", { message: "", type: "", code: "" }],
    ["  \n <!doctype html>", { message: "", type: "", code: "" }],
    ["  a < b", { message: "  a < b", type: "", code: "" }],
    ["the key <none>", { message: "the key <none>", type: "", code: "" }],
    ["see [1] {", { message: "see [1] {", type: "", code: "" }],
    ["", { message: "", type: "", code: "" }],
    ['\n {"error":"cut o', { message: "cut o", type: "", code: "" }],
    ['{"error":{"message":"cut o', { message: "cut o", type: "", code: "" }],
    [
      '{"error":{"message":"a \\"quoted\\" word","type":"t","code":"c","input":"cut o',
      { message: 'a \\"quoted\\" word', type: "t", code: "c" },
    ],
    ['[{"error" : "cut o', { message: "cut o", type: "", code: "" }],
    ['{"input":"says \\"message\\":\\"no\\"","detail":"cut', { message: "cut", type: "", code: "" }],
    ['{"input":"cut o', { message: "", type: "", code: "" }],
  ])("reads %j as %j", (text, words) => {
    expect(readErrorText(text)).toEqual(words);
  });
});

describe("errorInBody()", () => {
  it.each<[unknown, number | undefined]>([
    [{ error: { message: "m", code: 429 } }, 429],
    [{ error: { message: "m", code: "503" } }, 503],
    [{ error: { message: "m" }, status: 502 }, 502],
    [{ error: { message: "m", code: 400 } }, 400],
    [{ error: { message: "m", code: 599 } }, 599],
    [{ error: { message: "odd", code: 200 } }, 500],
    [{ error: { message: "odd", code: 399 } }, 500],
    [{ error: { message: "odd", code: 600 } }, 500],
    [{ error: { message: "odd", code: 429.5 } }, 500],
    [{ error: { message: "odd", code: ["overloaded"] } }, 500],
    [{ error: { message: "m", code: "rate_limit_exceeded" } }, 429],
    [{ error: { message: "m" }, error_type: "dynamic_request_limited" }, 429],
    [{ error: { message: "m", type: "invalid_request_error" } }, 400],
    [{ error: { message: "m", status: "INVALID_ARGUMENT" } }, 400],
    [{ error: { message: "m", status: "RESOURCE_EXHAUSTED" } }, 429],
    [{ error: { message: "m", code: "invalid_api_key" } }, 401],
    [{ error: { message: "m", type: "authentication_error" } }, 401],
    [{ error: { message: "m", code: "insufficient_quota" } }, 402],
    [{ error: { message: "m", type: "permission_error" } }, 403],
    [{ error: { message: "m", type: "overloaded_error" } }, 503],
    [{ error: { message: "m", type: "server_error" } }, 500],
    [{ error: { message: "Provider returned error", code: 502 } }, 502],
    [{ error: "The model is overloaded, try again" }, 503],
    [{ error: "Input must be a string" }, 400],
    [{ error: { message: "something odd" } }, 500],
    [{ error: {} }, 500],
    [[{ error: { message: "m", code: 400 } }], 400],
    [{ object: "error", message: "m", type: "BadRequestError", code: 400 }, 400],
    [{ error_code: 336221, error_msg: "max number of documents is 64" }, 400],
    [{ code: 20042, message: "input must have less than 512 tokens" }, 400],
    [{ error: null, message: "welcome" }, undefined],
    [{ message: "welcome" }, undefined],
    [{ error: "" }, undefined],
    [{}, undefined],
    [[], undefined],
    ["an error", undefined],
    [null, undefined],
  ])("reads %j as the status %j", (body, status) => {
    expect(errorInBody(body, "r-1")?.status).toBe(status);
  });

  it("keeps the message, the status of the response and the request id of its header", () => {
    const body = { id: "from-the-body", error: { message: "m", type: "t", code: "bad_request" } };
    const words = { message: "m", type: "t", code: "bad_request" };
    const failure = { kind: "status", status: 400, httpStatus: 200, body: words, waitMs: undefined };
    expect(errorInBody(body, "from-the-header")).toEqual({ ...failure, requestId: "from-the-header" });
    expect(errorInBody(body, undefined)).toEqual({ ...failure, requestId: undefined });
  });
});

describe("200 that holds an error object", () => {
  useVirtualTime();

  it.each<[object, string, number]>([
    [{ error: { message: "No such field.", type: "invalid_request_error" } }, "bad_request", 1],
    [{ error: { message: "No such model.", code: "model_not_available" } }, "model_unavailable", 1],
    [{ error: { message: "No such key.", code: "invalid_api_key" } }, "unauthorized", 1],
    [{ error: { message: "No credit.", code: 402 } }, "payment_required", 1],
    [{ error: { message: "Not you.", code: 403 } }, "permission_denied", 1],
    [{ error: { message: "It broke.", type: "server_error" } }, "server_error", 3],
    [{ error: { message: "It is odd." } }, "server_error", 3],
  ])("is classified by its message: %j", async (body, code, requests) => {
    const { embedder, emulator } = bench({ faults: () => success(body) });
    const ended = rejection(embedder({ maxRetries: 2 }).embed(["a text"]));
    await timed(ended);
    const error = (await ended) as TogetherError;
    expect(error).toMatchObject({ code, status: 200 });
    expect(emulator.requests.length).toBe(requests);
  });

  it("is retried if its message reports an overload or an exceeded rate", async () => {
    for (const code of [503, 429, "rate_limit_exceeded", "overloaded"]) {
      const { embedder, emulator } = bench({ faults: [success({ error: { message: "Later.", code } })] });
      const call = embedder().embed(texts(4));
      await timed(call);
      expect(plain((await call).vectors)).toEqual(texts(4).map(vectorOf));
      expect(emulator.requests.length).toBe(2);
    }
  });

  it("is split if its message reports a request that is too large", async () => {
    const body = { error_code: 336221, error_msg: "max number of documents is 64" };
    const { reranker, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 64 ? success(body) : undefined),
    });
    const call = reranker().rerank("q", texts(100));
    await timed(call);
    expect((await call).length).toBe(100);
    expect(emulator.requests.map(({ texts: amount }) => amount)).toEqual([100, 50, 50]);
  });

  it("is described by its error, with the status of the response in the events", async () => {
    const body = { error: { message: "No such field.", type: "invalid_request_error" } };
    const { embedder, events } = bench({ faults: () => success(body) });
    const { message } = (await rejection(embedder().embed(["a text"]))) as Error;
    expect(message).toMatch(
      /: Together responded with an error in a 200 \(its message is omitted: .+\); change what the server rejects; a retry cannot help \(see .+#bad_request\)$/,
    );
    expect(only(events, "request-error")).toMatchObject([{ code: "bad_request", status: 200 }]);
  });

  it("quotes nothing of the request", async () => {
    const body = { error: { message: "I mind: a text that is private", type: "invalid_request_error" } };
    const { embedder } = bench({ faults: () => success(body) });
    const { message } = (await rejection(embedder().embed(["a text that is private"]))) as Error;
    expect(message).toContain("may quote the request");
    expect(message).not.toContain("private");
  });

  it("is accepted if it also holds the vectors", async () => {
    const data = [{ index: 0, embedding: [1, 2, 3, 4] }];
    const { embedder } = bench({ faults: () => success({ error: null, data }) });
    expect(plain((await embedder().embed(["a text"])).vectors)).toEqual([[1, 2, 3, 4]]);
  });
});
