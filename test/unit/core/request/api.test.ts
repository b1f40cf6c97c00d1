import { describe, expect, it, vi } from "vitest";
import type { Emit } from "../../../../src/core/events.js";
import type { Priority } from "../../../../src/core/rate-limit/permit.js";
import { resolveReranker } from "../../../../src/core/options/resolve-options.js";
import { Api } from "../../../../src/core/request/api.js";
import type { ApiOperation, ApiRequest } from "../../../../src/core/request/attempt.js";
import { rerankRequest } from "../../../../src/core/request/wire.js";
import type { EmulatorOptions, Fault } from "../../../../src/emulator/index.js";
import type { RerankerOptions } from "../../../../src/index.js";
import { bench, KEY, RERANK, rejection, type Bench } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

const RETRY_DEADLINE_MS = 120_000;

interface Given extends Pick<Bench, "emulator"> {
  readonly api: Api;
  readonly emit: ReturnType<typeof vi.fn<Emit>>;
  readonly operation: (signal?: AbortSignal, priority?: Priority) => ApiOperation;
}

/** An `Api` that sends one request at a time. */
function given(...faults: Fault[]): Given {
  return givenOptions({}, { faults });
}

function givenOptions(own: Partial<RerankerOptions>, emulated: EmulatorOptions = {}): Given {
  const { emulator } = bench(emulated);
  const options = { model: RERANK, apiKey: KEY, fetch: emulator.fetch, maxConcurrency: 1, ...own };
  const emit = vi.fn<Emit>();
  const api = new Api(resolveReranker(options, "Reranker"), emit);
  const operation: Given["operation"] = (signal = new AbortController().signal, priority = "high") =>
    api.operation({ priority, task: "rerank 1 document", signal });
  return { api, emit, emulator, operation };
}

function request(parse = (): string => "parsed"): ApiRequest<string> {
  return {
    call: { path: "/rerank", body: rerankRequest(RERANK, "q", ["1"], 1) },
    texts: ["1"],
    estimatedTokens: 2,
    limit: { maxBytes: 10_000 },
    parse,
  };
}

/** Throws the error of an attempt that has failed. */
function raise(attempt: Awaited<ReturnType<Api["send"]>>): void {
  if (attempt.status === "failed") throw attempt.error();
}

describe("Api", () => {
  it("recovers a request by retries", async () => {
    const { api, operation } = given({ status: 503 }, { status: 429 }, "reset");
    const recovered = operation();
    const sent = api.send(recovered, request());
    await timed(sent);
    expect(await sent).toEqual({ status: "ok", value: "parsed" });
    expect(recovered.attempts).toBe(4);
  });

  it("returns a failed attempt with its error", async () => {
    const { api, operation } = given({ status: 401 });
    const failing = operation();
    const attempt = await api.attempt(failing, await api.acquire(failing), request());
    if (attempt.status !== "failed") throw new Error("the attempt did not fail");
    expect(attempt.error()).toMatchObject({ code: "unauthorized", attempts: 1 });
  });

  it("throws the signal's reason when a caller that waits for a permit is aborted", async () => {
    const { api, operation } = given();
    const permit = await api.acquire(operation());
    const controller = new AbortController();
    const waiting = rejection(api.acquire(operation(controller.signal)));
    controller.abort("enough");
    expect(await waiting).toBe("enough");
    permit.cancel();
  });

  it("sends nothing, and cancels the permit, if the caller was aborted before the attempt", async () => {
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

  it("throws an error of `parse` that is not about the response", async () => {
    const { api, operation } = given();
    const mistake = new TypeError("a programming error");
    const parse = (): never => {
      throw mistake;
    };
    const sent = operation();
    expect(await rejection(api.send(sent, request(parse)))).toBe(mistake);
    expect(sent.limiter.idle).toBe(true);
  });

  it.each([
    ["429", "x-ratelimit-reset", 1],
    ["503", "retry-after", 0],
  ] as const)("waits for a delay of 90 s after a %s", async (status, header, checks) => {
    const fault = (seconds: number): Fault => ({
      status: Number(status),
      headers: { [header]: String(seconds) },
    });
    // The second 429 is the response to the request that checks whether the reset is right.
    const { api, emulator, operation } = given(fault(90), ...(checks > 0 ? [fault(87)] : []));
    const sending = api.send(operation(undefined, "normal"), request());
    const after = await timed(sending);
    expect(after).toBeGreaterThanOrEqual(90_000);
    expect(after).toBeLessThan(RETRY_DEADLINE_MS);
    expect(await sending).toEqual({ status: "ok", value: "parsed" });
    expect(emulator.requests.length).toBe(2 + checks);
  });

  it.each([
    ["429", "x-ratelimit-reset", "rate_limited"],
    ["503", "retry-after", "server_error"],
  ] as const)("fails at once after a %s whose delay exceeds two minutes", async (status, header, code) => {
    const { api, emulator, operation } = given({ status: Number(status), headers: { [header]: "121" } });
    const sending = rejection(api.send(operation(undefined, "normal"), request()).then(raise));
    expect(await timed(sending)).toBe(0);
    expect(await sending).toMatchObject({ code, attempts: 1 });
    expect(emulator.requests.length).toBe(1);
  });

  it.each(["requests", "tokens"] as const)("reports after a 429 that the server limits %s", async (by) => {
    const errorType = `dynamic_${by === "tokens" ? "token" : "request"}_limited`;
    const { api, emit, operation } = given({ status: 429, errorType, headers: { "x-ratelimit-reset": "1" } });
    expect(api.limit).toBeUndefined();
    await timed(api.send(operation(), request()));
    expect(api.limit).toEqual({ by, perSecond: expect.any(Number) as number });
    expect(emit).toHaveBeenCalledWith(expect.objectContaining({ type: "rate-limited", limitedBy: by }));
  });

  it.each<[string, boolean, () => Promise<Response>]>([
    ["a 401", true, async () => new Response(null, { status: 401 })],
    ["a 200 without JSON", true, async () => new Response("no")],
    ["a certificate that is not trusted", false, () => Promise.reject({ code: "CERT_HAS_EXPIRED" })],
    ["a programming error in `fetch`", false, () => Promise.reject(new ReferenceError("of a mock"))],
    ["a lost connection", false, () => Promise.reject({ code: "ECONNRESET" })],
    ["a timeout", false, () => new Promise(() => {})],
  ])("treats %s as a response of the server: %s", async (_, isResponse, fetch) => {
    const { api, operation } = givenOptions({ fetch, maxRetries: 0 });
    const failing = operation();
    const sending = api.send(failing, request());
    await timed(sending);
    expect(await sending).toMatchObject({ status: "failed" });
    expect(failing.limiter.hasResponded).toBe(isResponse);
  });

  it.each([429, 503])(
    "neither delays nor retries after a %i that arrives at the retry deadline",
    async (status) => {
      const { api, emit, operation } = givenOptions(
        { retryDeadline: 1000 },
        { latency: 1000, faults: [{ status }] },
      );
      const failing = operation(undefined, "normal");
      const sending = api.attempt(failing, await api.acquire(failing), request());
      await timed(sending);
      expect(await sending).toMatchObject({ status: "failed" });
      expect(emit.mock.calls.map(([{ type }]) => type)).toEqual(["request", "request-error"]);
    },
  );

  it("delays no retry in an outage, in which the limiter determines when to send", async () => {
    const { api, emit, operation } = given(...Array.from({ length: 12 }, () => ({ status: 503 })));
    const recovering = operation(undefined, "normal");
    const sending = api.send(recovering, request());
    await timed(sending);
    expect(await sending).toEqual({ status: "ok", value: "parsed" });
    const delays = emit.mock.calls.flatMap(([event]) => (event.type === "retry" ? [event.delayMs] : []));
    expect(delays.at(0)).toBeGreaterThan(0);
    expect(delays.at(-1)).toBe(0);
  });

  it("quotes no number of the server that is in a document", async () => {
    const fault = { status: 422, message: "It exceeds the maximum allowed batch size 64." };
    const { api, operation } = given(fault, fault);
    const messageFor = async (document: string): Promise<string> => {
      const call = { path: "/rerank", body: rerankRequest(RERANK, "q", [document], 1) } as const;
      const failed = rejection(api.send(operation(), { ...request(), call }).then(raise));
      return ((await failed) as Error).message;
    };
    expect(await messageFor("bees")).toContain("(it accepts at most 64 texts per request)");
    expect(await messageFor("64 bees")).toContain("(it limits texts per request)");
  });

  it("has a concurrency of at most `maxConcurrency`", () => {
    expect(givenOptions({ maxConcurrency: 1 }).api.concurrency).toBe(1);
  });

  it("reports a rate limit to a caller whose own request failed for another reason before", async () => {
    const limited = { status: 429, headers: { "x-ratelimit-reset": "90" } };
    const { api, operation } = given({ status: 500 }, limited, limited, limited);
    const failed = rejection(api.send(operation(undefined, "normal"), request()).then(raise));
    const other = rejection(api.send(operation(), request()).then(raise));
    await timed(Promise.all([failed, other]));
    expect(await failed).toMatchObject({ code: "rate_limited", status: 429, attempts: 1 });
  });

  it("quotes no words of the server to callers whose own request was not sent", async () => {
    const { api, operation } = given(
      ...Array.from({ length: 9 }, () => ({
        status: 429,
        message: "Your rate limit is 60 queries per minute.",
        headers: { "x-ratelimit-reset": "30" },
      })),
    );
    const sending = rejection(api.send(operation(), request()).then(raise));
    const waiting = rejection(api.acquire(operation()));
    await timed(Promise.all([sending, waiting]));
    const [own, other] = (await Promise.all([sending, waiting])) as Error[];
    expect([own?.message, other?.message]).toEqual([
      expect.stringContaining(
        "asks for a delay of 30 s (it accepts at most 60 requests per minute); retry later",
      ),
      expect.stringContaining("asks for a delay of 30 s; retry later"),
    ]);
  });
});
