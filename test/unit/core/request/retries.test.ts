import { describe, expect, it } from "vitest";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, only, rejection } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

describe("retryable failure", () => {
  useVirtualTime();

  it.each<[string, Fault, string, number | undefined]>([
    ["408", { status: 408 }, "server_error", 408],
    ["409", { status: 409 }, "server_error", 409],
    ["425", { status: 425 }, "server_error", 425],
    ["500", { status: 500 }, "server_error", 500],
    ["502", { status: 502 }, "server_error", 502],
    ["503", { status: 503 }, "server_error", 503],
    ["504", { status: 504 }, "server_error", 504],
    ["529", { status: 529 }, "server_error", 529],
    ["a lost connection", "reset", "connection_failed", undefined],
    ["half a body, then a lost connection", "cut", "connection_failed", undefined],
    ["half a body", "half", "connection_failed", undefined],
    ["no response", "hang", "timeout", undefined],
    ["half a body, then nothing", "endless", "timeout", undefined],
    ["a body that takes too long", { bodyDuration: 90_000 }, "timeout", undefined],
  ])("is retried and reported: %s", async (_, fault, code, status) => {
    const { embedder, emulator, events } = bench({ faults: [fault] });
    const call = embedder({ timeout: 30_000 }).embed(["a text"]);
    await timed(call);
    expect((await call).vectors.length).toBe(1);
    expect(emulator.requests.length).toBe(2);
    // A server that is not available costs a document request no retry.
    const retriesLeft = [502, 503, 504, 529].includes(status ?? 0) ? 5 : 4;
    expect(only(events, "retry")).toMatchObject([{ code, status, request: 1, retriesLeft }]);
    expect(only(events, "request").map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it.each<[string, Fault, RegExp]>([
    ["the server", { status: 500 }, /Together responded with 500 after 6 attempts/],
    [
      "the connection",
      "reset",
      /the connection failed after 6 attempts \(ECONNRESET\); check that https:\/\/api.together.ai\/v1 can be reached from here \(see .+#connection_failed\)$/,
    ],
    ["half a body", "half", /the connection failed after 6 attempts \(the response was cut off\)/],
    [
      "time",
      "hang",
      /no complete response within 1000 ms after 6 attempts; raise `timeout` or lower `batchSize` \(see .+#timeout\)$/,
    ],
  ])("ends after five retries by default: %s", async (_, fault, message) => {
    const { embedder, emulator } = bench({ faults: () => fault });
    const call = rejection(embedder({ timeout: 1000 }).embed(["a text"]));
    await timed(call);
    expect(((await call) as Error).message).toMatch(message);
    expect(emulator.requests.length).toBe(6);
  });
});

describe("custom fetch", () => {
  it.each([undefined, null, "a string", 5, {}, new Error("mine"), new DOMException("mine", "AbortError")])(
    "causes connection_failed for any rejection: %o",
    async (reason) => {
      const { embedder } = bench();
      const fetch = (): Promise<never> => Promise.reject(reason);
      const error = await rejection(embedder({ fetch, maxRetries: 0 }).embed(["a"]));
      expect(error).toMatchObject({ code: "connection_failed", attempts: 1 });
    },
  );

  it("causes connection_failed if it throws before it returns", async () => {
    const { embedder } = bench();
    const one = embedder({
      maxRetries: 0,
      fetch: () => {
        throw new Error("mine");
      },
    });
    expect(await rejection(one.embed(["a"]))).toMatchObject({ code: "connection_failed" });
  });

  it("causes redirected for a hidden redirect, as in browsers", async () => {
    const { embedder } = bench();
    const hidden = Object.defineProperty(Response.error(), "type", { value: "opaqueredirect" });
    const error = await rejection(embedder({ fetch: async () => hidden }).embed(["a"]));
    expect(error).toMatchObject({ code: "redirected" });
  });

  it("causes an error for a response without a body", async () => {
    const { embedder } = bench();
    const error = await rejection(embedder({ fetch: async () => new Response(null) }).embed(["a"]));
    expect((error as Error).message).toContain("the response is empty");
  });

  it("works with a custom class of headers", async () => {
    const { embedder } = bench();
    const headers = { get: (name: string) => (name === "x-ratelimit-reset" ? "500" : null) };
    const foreign = { status: 429, ok: false, headers, body: null, text: async () => "{}" };
    const fetch = async (): Promise<Response> => foreign as unknown as Response;
    const error = await rejection(embedder({ fetch }).embed(["a"]));
    expect((error as Error).message).toContain("asks for a delay of 500 s");
  });
});
