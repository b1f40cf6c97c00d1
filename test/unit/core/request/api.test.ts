import { describe, expect, it, vi } from "vitest";
import { resolveEmbedder } from "../../../../src/core/options/resolve-options.js";
import { Api } from "../../../../src/core/request/api.js";
import type { ApiOperation, ApiRequest } from "../../../../src/core/request/attempt.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, EMBEDDING, KEY } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

interface SetUp {
  readonly api: Api;
  readonly request: ApiRequest<string>;
  readonly operation: ApiOperation;
  /** How often the texts of the request were looked at. */
  readonly looks: () => number;
}

/** An API of the emulator, a request, and an operation. */
function setUp(faults: Fault[]): SetUp {
  const { emulator } = bench({ faults });
  const options = resolveEmbedder({ model: EMBEDDING, apiKey: KEY, fetch: emulator.fetch }, "Embedder");
  const api = new Api(options, () => {});
  const sensitiveTexts = vi.fn<() => string[]>(() => ["a text"]);
  const request: ApiRequest<string> = {
    call: { path: "/embeddings", body: { model: EMBEDDING, input: ["a text"] } },
    texts: ["a text"],
    estimatedTokens: 3,
    maxBytes: 1_000_000,
    sensitiveTexts,
    parse: () => "parsed",
  };
  const { signal } = new AbortController();
  const operation = api.operation({ priority: "normal", task: "embed 1 text", signal });
  return { api, request, operation, looks: () => sensitiveTexts.mock.calls.length };
}

describe("Api", () => {
  it("does not look at the texts of a request whose failures are recovered by retries", async () => {
    const { api, request, operation, looks } = setUp([{ status: 503 }, { status: 429 }, "reset"]);
    const sent = api.send(operation, request);
    await timed(sent);
    expect(await sent).toEqual({ status: "ok", value: "parsed" });
    expect(operation.attempts).toBe(4);
    expect(looks()).toBe(0);
  });

  it("builds the error of a failure only when it is asked for", async () => {
    const { api, request, operation, looks } = setUp([{ status: 401 }]);
    const attempt = await api.attempt(operation, await api.acquire(operation), request);
    expect(looks()).toBe(0);
    if (attempt.status !== "failed") throw new Error("the attempt did not fail");
    expect(attempt.error()).toMatchObject({ code: "unauthorized", attempts: 1 });
    expect(looks()).toBe(1);
  });

  it("returns the permit of an operation that was aborted meanwhile", async () => {
    const { api, request } = setUp([]);
    const controller = new AbortController();
<<<<<<< HEAD
    const operation = api.operation({ priority: "normal", task: "embed", signal: controller.signal });
    const permit = await api.acquire(operation);
    controller.abort("reason");
    await expect(api.attempt(operation, permit, request)).rejects.toBe("reason");
    expect(operation.attempts).toBe(0);
    expect(operation.limiter.idle).toBe(true);
=======
    const waiting = rejection(api.acquire(operation(controller.signal)));
    controller.abort("enough");
    expect(await waiting).toBe("enough");
    permit.cancel();
  });

  it("sends nothing, and gives the permit back, if the caller was aborted before the attempt", async () => {
    const { api, emit, emulator, operation } = given();
    const controller = new AbortController();
    const aborted = operation(controller.signal);
    const permit = await api.acquire(aborted);
    controller.abort("enough");
    expect(await rejection(api.attempt(aborted, permit, request()))).toBe("enough");
    expect(emulator.requests).toEqual([]);
    expect(emit).not.toHaveBeenCalled();
    expect(aborted.limiter.idle).toBe(true);
  });

  it("throws an error of `parse` that says nothing about the response", async () => {
    const { api, operation } = given();
    const mistake = new TypeError("a mistake of ours");
    const parse = (): never => {
      throw mistake;
    };
    const sent = operation();
    expect(await rejection(api.send(sent, request(parse)))).toBe(mistake);
    expect(sent.limiter.idle).toBe(true);
  });

  it.each([
    ["429", { status: 429, headers: { "x-ratelimit-reset": "120" } }],
    ["503", { status: 503, headers: { "retry-after": "120" } }],
  ] as const)("waits for a delay of exactly two minutes after a %s", async (_, fault) => {
    const { api, emulator, operation } = given(fault);
    const sending = api.send(operation(), request());
    expect(await timed(sending)).toBeGreaterThanOrEqual(TWO_MINUTES_MS);
    expect(await sending).toEqual({ status: "ok", value: "parsed" });
    expect(emulator.requests.length).toBe(2);
  });

  it.each(["requests", "tokens"] as const)("knows after a 429 that the server limits %s", async (by) => {
    const errorType = `dynamic_${by === "tokens" ? "token" : "request"}_limited`;
    const { api, emit, operation } = given({ status: 429, errorType, headers: { "x-ratelimit-reset": "1" } });
    expect(api.limit).toBeUndefined();
    await timed(api.send(operation(), request()));
    expect(api.limit).toEqual({ by, perSecond: expect.any(Number) as number });
    expect(emit).toHaveBeenCalledWith(expect.objectContaining({ type: "rate-limited", limitedBy: by }));
  });

  it("quotes no words of the server to callers whose own request was not sent", async () => {
    const { api, operation } = given(
      ...Array.from({ length: 9 }, () => ({
        status: 429,
        message: "Slow down",
        headers: { "x-ratelimit-reset": "30" },
      })),
    );
    const sending = rejection(api.send(operation(), request()).then(raise));
    const waiting = rejection(api.acquire(operation()));
    await timed(Promise.all([sending, waiting]));
    const [own, other] = (await Promise.all([sending, waiting])) as Error[];
    expect([own?.message, other?.message]).toEqual([
      expect.stringContaining('asks for a delay of 30 s ("Slow down"); retry later'),
      expect.stringContaining("asks for a delay of 30 s; retry later"),
    ]);
>>>>>>> d63aa634a0be08fdedee51f962b65d858c60cf0a
  });
});
