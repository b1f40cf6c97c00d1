import { describe, expect, it, vi } from "vitest";
import { isTogetherError, TogetherError } from "../../../../src/index.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, rejection } from "../../../support/emulate.js";

/** The error of one call against a server that answers every request with a fault. */
async function errorFor(fault: Fault, model = "me/embedding"): Promise<TogetherError> {
  const { embedder } = bench({ faults: () => fault });
  const error = await rejection(embedder({ model, maxRetries: 0 }).embed(["a text"]));
  expect(isTogetherError(error)).toBe(true);
  return error as TogetherError;
}

describe("a refusal", () => {
  it.each([
    [
      401,
      "unauthorized",
      /Together answered 401: it does not know this API key \[invalid_api_key\] \("Invalid API key provided.*"\); check `apiKey` or TOGETHER_API_KEY \(see .+#unauthorized\)$/,
    ],
    [
      402,
      "payment_required",
      /Together answered 402: the account's credit or spending limit is used up \("Credit limit.*"\); add credit/,
    ],
    [
      403,
      "bad_request",
      /Together answered 403 \("No."\); change what it complains of; repeating the request cannot help \(see .+#bad_request\)$/,
    ],
    [
      404,
      "not_found",
      /Together answered 404: nothing is at https:\/\/api.together.ai\/v1, or it has no such model .*; check `baseURL`, which usually ends in \/v1, and `model` \(see .+#not_found\)$/,
    ],
    [422, "bad_request", /Together answered 422 /],
    [405, "bad_request", /Together answered 405 /],
  ] as const)("with %i is %s, and is not repeated", async (status, code, message) => {
    const { embedder, emulator } = bench({
      faults: () => ({ status, ...(status === 403 && { message: "No." }) }),
    });
    const error = await rejection(embedder().embed(["a text"]));
    expect(error).toMatchObject({ code, status, attempts: 1, message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^Cannot embed 1 text with "me\/embedding": /);
    expect(emulator.requests.length).toBe(1);
  });

  it("of the model says that it has to run on a dedicated endpoint, and how to get there", async () => {
    const { embedder } = bench();
    const error = await rejection(embedder({ model: "BAAI/bge-large-en-v1.5" }).embed(["a text"]));
    expect(error).toMatchObject({ code: "model_unavailable", status: 400 });
    const { message } = error as Error;
    expect(message).toContain("the model is not served at https://api.together.ai/v1");
    expect(message).toContain("(it left the serverless offer on 2026-02-06)");
    expect(message).toContain("[model_not_available]");
    expect(message).toContain(
      'run it on a dedicated endpoint, then set `model` to "<project>/<endpoint>" and `baseURL` to "https://api-inference.together.ai/v1"',
    );
  });

  it("of a dedicated endpoint that is stopped is one of the model, too", async () => {
    const fault = { status: 400, code: "dedicated_endpoint_not_running" };
    expect(await errorFor(fault)).toMatchObject({ code: "model_unavailable" });
  });

  it("with 403 for an input beyond the context is `text_too_long`, as Together documents it", async () => {
    expect(await errorFor({ status: 403 })).toMatchObject({ code: "text_too_long", index: 0, status: 403 });
  });

  it.each([
    [{ error: "gateway says no" }, '("gateway says no")'],
    [{ message: "gateway says no" }, '("gateway says no")'],
    [{ detail: "gateway says no" }, '("gateway says no")'],
    [{ error: { message: "no", code: "a_code" } }, '[a_code] ("no")'],
    [{ error: { code: "no code, but a sentence" } }, "answered 422;"],
    ["<html>no</html>", "answered 422;"],
    [[], "answered 422;"],
    [{ error: { message: "long ".repeat(100) } }, "long ".repeat(60).trim()],
    [{ error: { message: "two\n\nlines \u001b[31mred" } }, '("two lines [31mred")'],
  ])("may have any body: %j", async (body, expected) => {
    const error = await errorFor({ status: 422, body: body as string | object });
    expect(error.message).toContain(expected);
  });

  it("carries the id of the request, from its headers or its body", async () => {
    const headers = { "x-request-id": "from-the-header" };
    expect((await errorFor({ status: 401, headers })).requestId).toBe("from-the-header");
    expect((await errorFor({ status: 401 })).requestId).toMatch(/^o\w{6}-/);
  });

  it("with an endless body is cut short, and still an error of its status", async () => {
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

describe("an error", () => {
  it("is known across copies of the package, and has no property that does not apply", async () => {
    const error = await errorFor({ status: 401 });
    expect(error).toBeInstanceOf(TogetherError);
    expect(error.name).toBe("TogetherError");
    expect(Object.keys(error).toSorted()).toEqual(["attempts", "code", "name", "requestId", "status"]);
    expect(error.cause).toBeUndefined();
    expect(isTogetherError(new Error("other"))).toBe(false);
    expect(isTogetherError(null)).toBe(false);
    expect(isTogetherError("TogetherError")).toBe(false);
  });

  it("says how many attempts it took", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { embedder } = bench({ faults: () => ({ status: 500 }) });
    const error = await rejection(embedder({ maxRetries: 2 }).embed(["a text"]));
    expect(error).toMatchObject({ attempts: 3 });
    expect((error as Error).message).toMatch(
      /Together answered 500 after 3 attempts \(".*"\); try again later; a cache keeps what was finished \(see .+#server_error\)$/,
    );
    vi.restoreAllMocks();
  });
});
