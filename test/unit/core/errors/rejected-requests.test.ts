import { describe, expect, it, vi } from "vitest";
import { isTogetherError, TogetherError } from "../../../../src/index.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, rejection } from "../../../support/emulate.js";

/** Returns the error of one call to a server that responds to every request with a fault. */
async function errorFor(fault: Fault, model = "me/embedding"): Promise<TogetherError> {
  const { embedder } = bench({ faults: () => fault });
  const error = await rejection(embedder({ model, maxRetries: 0 }).embed(["a text"]));
  expect(isTogetherError(error)).toBe(true);
  return error as TogetherError;
}

describe("rejected requests", () => {
  it.each([
    [
      401,
      "unauthorized",
      /Together responded with 401: the API key is unknown \[invalid_api_key\]; check `apiKey` or TOGETHER_API_KEY \(see .+#unauthorized\)$/,
    ],
    [
      402,
      "payment_required",
      /Together responded with 402: the account's credit or spending limit is used up \(the credit limit is exceeded\); add credit/,
    ],
    [
      403,
      "permission_denied",
      /Together responded with 403: it denies access \(its message is omitted: it may quote the request; .+\); check the permissions and the spending limit of the API key, and whether the server accepts requests from here \(see .+#permission_denied\)$/,
    ],
    [
      404,
      "not_found",
      /Together responded with 404: https:\/\/api.together.ai\/v1 is not the API's address, or it has no such model .*; check `baseURL`, which usually ends in \/v1, and `model` \(see .+#not_found\)$/,
    ],
    [422, "bad_request", /Together responded with 422 /],
    [405, "bad_request", /Together responded with 405 /],
  ] as const)("reports a %i as %s without a retry", async (status, code, message) => {
    const { embedder, emulator } = bench({
      faults: () => ({ status, ...(status === 403 && { message: "No." }) }),
    });
    const error = await rejection(embedder().embed(["a text"]));
    expect(error).toMatchObject({ code, status, attempts: 1, message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^Cannot embed 1 text with "me\/embedding": /);
    expect(emulator.requests.length).toBe(1);
  });

  it("explains dedicated endpoints for a model that is not served", async () => {
    const { embedder } = bench();
    const error = await rejection(embedder({ model: "BAAI/bge-large-en-v1.5" }).embed(["a text"]));
    expect(error).toMatchObject({ code: "model_unavailable", status: 400 });
    const { message } = error as Error;
    expect(message).toContain("the model is not served at https://api.together.ai/v1");
    expect(message).toContain("(no longer served serverless since 2026-02-06)");
    expect(message).toContain("[model_not_available]");
    expect(message).toContain(
      'run it on a dedicated endpoint, then set `model` to "<project>/<endpoint>", `baseModel` to the id of the model, and `baseURL` to "https://api-inference.together.ai/v1"',
    );
  });

  it("reports a stopped dedicated endpoint as model_unavailable", async () => {
    const fault = { status: 400, code: "dedicated_endpoint_not_running" };
    expect(await errorFor(fault)).toMatchObject({ code: "model_unavailable" });
  });

  it("reports a 403 for a text beyond the context as text_too_long, as Together documents it", async () => {
    expect(await errorFor({ status: 403 })).toMatchObject({ code: "text_too_long", index: 0, status: 403 });
  });

  it.each([
    [{ error: "The spending limit is reached." }, "422 (the spending limit is reached);"],
    [{ message: "The spending limit is reached." }, "422 (the spending limit is reached);"],
    [{ detail: "The spending limit is reached." }, "422 (the spending limit is reached);"],
    [
      { error: { message: "no", code: "unsupported_value" } },
      "422 [unsupported_value] (its message is omitted:",
    ],
    [{ error: { message: "no", code: "a_code" } }, "422 (its message is omitted:"],
    [{ error: { code: "no code, but a sentence" } }, "422 (its message is omitted:"],
    ["<html>no</html>", "422 (its message is omitted:"],
    [[], "422 (its message is omitted:"],
    [{ error: { message: "two\n\nlines \u001b[31mred" } }, "422 (its message is omitted:"],
  ])("accepts any body: %j", async (body, expected) => {
    const error = await errorFor({ status: 422, body: body as string | object });
    expect(error.message).toContain(expected);
  });

  it("adds the request id from headers or body", async () => {
    const headers = { "x-request-id": "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91" };
    expect((await errorFor({ status: 401, headers })).requestId).toBe("8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91");
    expect((await errorFor({ status: 401 })).requestId).toMatch(/^o\w{6}-/);
  });

  it("truncates an endless body and keeps the status", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const { embedder } = bench();
    const fetch = async (): Promise<Response> => new Response(body, { status: 400 });
    const error = await rejection(embedder({ fetch }).embed(["a text"]));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(pulled).toBeLessThan(20);
  });
});

describe("TogetherError", () => {
  it("is recognized across copies of the package and has only properties that apply", async () => {
    const error = await errorFor({ status: 401 });
    expect(error).toBeInstanceOf(TogetherError);
    expect(error.name).toBe("TogetherError");
    expect(Object.keys(error).toSorted()).toEqual(["attempts", "code", "name", "requestId", "status"]);
    expect(error.cause).toBeUndefined();
    expect(isTogetherError(new Error("other"))).toBe(false);
    expect(isTogetherError(null)).toBe(false);
    expect(isTogetherError("TogetherError")).toBe(false);
  });

  it("reports the number of attempts", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { embedder } = bench({ faults: () => ({ status: 500 }) });
    const error = await rejection(embedder({ maxRetries: 2 }).embed(["a text"]));
    expect(error).toMatchObject({ attempts: 3 });
    expect((error as Error).message).toMatch(
      /Together responded with 500 after 3 attempts; retry later; a cache keeps the finished vectors \(see .+#server_error\)$/,
    );
    vi.restoreAllMocks();
  });
});
