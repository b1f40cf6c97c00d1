import { describe, expect, it, vi } from "vitest";
import type { Fault } from "../../../../src/emulator/index.js";
import { TogetherError, type TogetherEvent } from "../../../../src/index.js";
import { bench, only, rejection, texts, vectorOf, type Bench } from "../../../support/emulate.js";
import { pass, timed, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

const UNAVAILABLE: Fault = { status: 503 };
const FOREVER = [{ from: 0, to: Number.POSITIVE_INFINITY }];
const DAY_MS = 24 * 3_600_000;

/** The longest duration of one query: six attempts of 60 s, and five delays of 0.1, 0.3, 0.9, 2.7 and 8 s. */
const LONGEST_QUERY_MS = 6 * 60_000 + 12_000;

/** The outcome of a call, and its duration in milliseconds. */
interface Ended {
  readonly after: number;
  readonly error: TogetherError | undefined;
}

/** Waits until a call has succeeded or failed. */
async function ended(call: Promise<unknown>): Promise<Ended> {
  const startedAt = performance.now();
  const after = (): number => performance.now() - startedAt;
  return call.then(
    () => ({ after: after(), error: undefined }),
    (error: TogetherError) => ({ after: after(), error }),
  );
}

/** Waits until all calls have succeeded or failed. */
async function allEnded(calls: readonly Promise<unknown>[]): Promise<Ended[]> {
  const all = Promise.all(calls.map(ended));
  await timed(all, DAY_MS);
  return all;
}

/** Waits until one call has succeeded or failed. */
async function endOf(call: Promise<unknown>): Promise<Ended> {
  const [end] = await allEnded([call]);
  return end as Ended;
}

/** Returns when each request was sent, in milliseconds since `startedAt`. */
function sentAt({ emulator }: Bench, startedAt: number): number[] {
  return emulator.requests.map(({ time }) => time - startedAt);
}

describe("job of 10,000 texts", () => {
  it.each<[string, Fault, number, number]>([
    ["503 for 0.3 s", UNAVAILABLE, 300, 1000],
    ["503 for 2 s", UNAVAILABLE, 2000, 1000],
    ["503 for 30 s", UNAVAILABLE, 30_000, 8000],
    ["lost connections for 0.3 s", "reset", 300, 1000],
    ["lost connections for 2 s", "reset", 2000, 1000],
    ["lost connections for 30 s", "reset", 30_000, 8000],
    ["502 with a web page for 2 s", { status: 502, body: "<html>" }, 2000, 1000],
    ["web pages with status 200 for 2 s", "html", 2000, 1000],
  ])("survives %s, and resumes soon after", async (_, fault, length, resumesWithin) => {
    const startedAt = Date.now();
    const server = bench({ latency: 50, outages: [{ from: 400, to: 400 + length, fault }] });
    const list = texts(10_000);
    const call = server.embedder({ maxConcurrency: 16, batchSize: 64 }).embed(list);
    await timed(call);
    const { vectors } = await call;
    expect(vectors.length).toBe(10_000);
    expect([0, 5000, 9999].map((index) => Array.from(vectors[index] as Float32Array))).toEqual(
      [0, 5000, 9999].map((index) => vectorOf(list[index] as string)),
    );
    const times = sentAt(server, startedAt);
    const during = times.filter((time) => time >= 400 && time < 400 + length);
    expect(during.length).toBeGreaterThan(0);
    expect(during.length).toBeLessThanOrEqual(16 + 20);
    const resumed = Math.min(...times.filter((time) => time >= 400 + length));
    expect(resumed - 400 - length).toBeLessThanOrEqual(resumesWithin);
    expect(only(server.events, "request-error")).toEqual([]);
  });

  it("survives a cold start of a minute", async () => {
    const server = bench({ latency: 50, outages: [{ from: 0, to: 60_000 }] });
    const call = server.embedder({ batchSize: 64 }).embed(texts(10_000));
    const after = await timed(call);
    expect((await call).vectors.length).toBe(10_000);
    expect(after).toBeLessThan(72_000);
  });
});

describe("request", () => {
  it("has all its retries a day after an outage", async () => {
    const { embedder, emulator } = bench({ latency: 20, outages: [{ from: 0, to: 2000 }] });
    const one = embedder();
    await timed(one.embed(texts(1000)));
    await pass(DAY_MS);
    emulator.setFaults(Array.from({ length: 5 }, (): Fault => ({ status: 500 })));
    await timed(one.embed(["after five failures"]));
    await pass(DAY_MS);
    emulator.setFaults(() => ({ status: 500 }));
    const { error } = await endOf(one.embed(["after six failures"]));
    expect(error).toMatchObject({ code: "server_error", status: 500, attempts: 6 });
  });

  it.each([0, 1, 5])("is attempted %i times more than once before it fails", async (maxRetries) => {
    const { embedder, reranker, emulator } = bench({ faults: () => ({ status: 500 }) });
    const calls = [
      (): Promise<unknown> => embedder({ maxRetries }).embed(["a"]),
      (): Promise<unknown> => embedder({ maxRetries, apiKey: "another" }).embedQuery("a"),
      (): Promise<unknown> => reranker({ maxRetries }).rerank("q", ["a"]),
    ];
    for (const call of calls) {
      emulator.clear();
      expect((await endOf(call())).error).toMatchObject({ attempts: maxRetries + 1 });
      expect(emulator.requests.length).toBe(maxRetries + 1);
    }
  });
});

/** Sends 100 queries to a model that has succeeded before, or has not. */
async function queries(fault: Fault, hasSucceeded: boolean, options = {}): Promise<Ended[]> {
  const { embedder, emulator } = bench();
  const one = embedder(options);
  if (hasSucceeded) await timed(one.embedQuery("before"));
  emulator.setOutages([{ ...FOREVER[0], fault } as never]);
  return allEnded(texts(100).map((text) => one.embedQuery(text)));
}

describe("100 queries in an outage", () => {
  it.each<[string, Fault, boolean, string]>([
    ["no response", "hang", false, "timeout"],
    ["no response after a success", "hang", true, "timeout"],
    ["503", UNAVAILABLE, false, "server_error"],
    ["503 after a success", UNAVAILABLE, true, "server_error"],
    ["503 with retry-after: 20", { status: 503, headers: { "retry-after": "20" } }, true, "server_error"],
    ["lost connections", "reset", false, "connection_failed"],
    ["web pages after a success", "html", true, "invalid_response"],
  ])("fails within the time of their own retries: %s", async (_, fault, hasSucceeded, code) => {
    const ends = await queries(fault, hasSucceeded);
    for (const { error } of ends) expect(error).toMatchObject({ code });
    expect(Math.max(...ends.map(({ after }) => after))).toBeLessThanOrEqual(1.1 * LONGEST_QUERY_MS);
  });

  it("fails within 12 s if the server responds with 503 at once", async () => {
    const ends = await queries(UNAVAILABLE, true);
    expect(Math.max(...ends.map(({ after }) => after))).toBeLessThanOrEqual(1.1 * 12_000);
  });

  it.each<[string, Fault, boolean]>([
    ["no response", "hang", false],
    ["no response after a success", "hang", true],
    ["503", UNAVAILABLE, true],
  ])("fails with the first failure with maxRetries: 0, or after their own timeout: %s", async (...given) => {
    const [, fault, hasSucceeded] = given;
    const ends = await queries(fault, hasSucceeded, { maxRetries: 0, timeout: 300 });
    expect(ends.filter(({ error }) => error === undefined)).toEqual([]);
    const unsent = ends.filter(({ error }) => error?.attempts === 0);
    expect(unsent.length).toBeGreaterThan(30);
    expect(Math.max(...unsent.map(({ after }) => after))).toBeLessThanOrEqual(300);
    // The last ones were sent just before the first failure.
    expect(Math.max(...ends.map(({ after }) => after))).toBeLessThanOrEqual(2 * 300);
  });

  it("succeeds if the outage is shorter than their retries", async () => {
    const { embedder, emulator } = bench({ latency: 20 });
    const one = embedder();
    await timed(one.embedQuery("before"));
    emulator.setOutages([{ from: 0, to: 2000 }]);
    const ends = await allEnded(texts(100).map((text) => one.embedQuery(text)));
    expect(ends.filter(({ error }) => error)).toEqual([]);
    expect(Math.max(...ends.map(({ after }) => after))).toBeLessThan(5000);
  });

  it("does not prevent later queries from detecting the end of the outage", async () => {
    const { embedder, emulator } = bench();
    const one = embedder({ maxRetries: 0 });
    emulator.setOutages(FOREVER);
    await allEnded(texts(100).map((text) => one.embedQuery(text)));
    emulator.setOutages([]);
    await pass(8000);
    expect(await endOf(one.embedQuery("later"))).toEqual({ after: 0, error: undefined });
  });
});

describe("100 rankings in an outage", () => {
  it.each<[string, Fault, object, number]>([
    ["default options", "hang", {}, LONGEST_QUERY_MS],
    ["503", UNAVAILABLE, {}, 12_000],
    ["maxRetries: 0", "hang", { maxRetries: 0, timeout: 300 }, 2 * 300],
  ])("returns the original order in the time of their own retries: %s", async (...given) => {
    const [, fault, options, longest] = given;
    const { reranker } = bench({ outages: [{ from: 0, to: Number.POSITIVE_INFINITY, fault }] });
    const one = reranker({ fallback: "original-order", ...options });
    const calls = texts(100).map((query) => one.rerank(query, ["1", "2"]));
    const ends = await allEnded(calls);
    expect(Math.max(...ends.map(({ after }) => after))).toBeLessThanOrEqual(1.1 * longest);
    for (const results of await Promise.all(calls)) {
      expect(results.map(({ index }) => index)).toEqual([0, 1]);
    }
  });
});

describe("wrong response with status 200", () => {
  const wrong: [string, Fault][] = [
    ["a web page", "html"],
    ["an empty body", { body: "" }],
    ["one vector too few", "missing-item"],
  ];

  it.each(wrong)("is retried after a success: %s", async (_, fault) => {
    const { embedder, emulator } = bench();
    const one = embedder({ maxRetries: 0 });
    await timed(one.embed(texts(4)));
    await pass(10);
    emulator.setFaults([fault, fault, fault]);
    expect((await endOf(one.embed(texts(4)))).error).toBeUndefined();
    expect(emulator.requests.length).toBe(5);
  });

  it.each(wrong)("costs a query a retry: %s", async (_, fault) => {
    const { embedder, emulator } = bench();
    const one = embedder({ maxRetries: 1 });
    await timed(one.embedQuery("before"));
    emulator.setFaults(() => fault);
    const { error } = await endOf(one.embedQuery("a"));
    expect(error).toMatchObject({ code: "invalid_response", attempts: 2 });
  });

  it.each(wrong)("is final before the first success: %s", async (_, fault) => {
    const { embedder, emulator } = bench({ faults: () => fault });
    const end = await endOf(embedder().embed(texts(4)));
    expect(end).toMatchObject({ after: 0, error: { code: "invalid_response", attempts: 1 } });
    expect(emulator.requests.length).toBe(1);
  });

  it("costs a document request a retry while others succeed", async () => {
    const { embedder } = bench({
      latency: 10,
      faults: ({ body }) => ((body as { input: string[] }).input[0] === "bad" ? "html" : undefined),
    });
    const one = embedder({ batchSize: 1, maxRetries: 2 });
    await timed(one.embed(["good"]));
    const [bad] = await allEnded([one.embed(["bad"]), one.embed(texts(2000))]);
    expect(bad?.error).toMatchObject({ code: "invalid_response" });
    expect(bad?.error?.attempts).toBeLessThan(10);
  });
});

function retryAfter(seconds: number): Fault {
  return { status: 503, headers: { "retry-after": String(seconds) } };
}

describe("Retry-After of a 503", () => {
  it.each([1, 20, 100])("delays the retry: %i s", async (seconds) => {
    const { embedder, emulator } = bench({ faults: [retryAfter(seconds)] });
    const end = await endOf(embedder().embed(["a"]));
    expect(end).toEqual({ after: seconds * 1000, error: undefined });
    expect(emulator.requests.length).toBe(2);
  });

  it("delays the retry of a query and of a ranking as well", async () => {
    for (const kind of ["query", "ranking"] as const) {
      const { embedder, reranker, emulator } = bench({ faults: [retryAfter(20)] });
      const call = kind === "query" ? embedder().embedQuery("a") : reranker().rerank("q", ["1"]);
      expect(await endOf(call)).toEqual({ after: 20_000, error: undefined });
      expect(emulator.requests.length).toBe(2);
    }
  });

  it("delays all requests if all of them fail", async () => {
    const server = bench({ latency: 10, faults: () => retryAfter(30) });
    const startedAt = Date.now();
    const { error } = await endOf(server.embedder({ maxConcurrency: 4, batchSize: 1 }).embed(texts(100)));
    expect(error).toMatchObject({ code: "server_error", status: 503 });
    const times = sentAt(server, startedAt);
    expect(times.filter((time) => time % 30_000 > 1000)).toEqual([]);
    expect(times.length).toBeLessThanOrEqual(4 * 4);
  });

  it.each([
    [121, {}],
    [11, { retryDeadline: 10_000 }],
  ])("fails at once if it exceeds retryDeadline: %i s", async (seconds, options) => {
    const { embedder, emulator } = bench({ faults: () => retryAfter(seconds) });
    const end = await endOf(embedder(options).embed(["a"]));
    expect(end).toMatchObject({ after: 0, error: { code: "server_error", attempts: 1 } });
    expect(emulator.requests.length).toBe(1);
  });
});

const reset = (seconds: number): Fault => ({
  status: 429,
  headers: { "x-ratelimit-reset": String(seconds) },
});

describe("retryDeadline", () => {
  it.each<[string, Fault, object, number]>([
    ["503", UNAVAILABLE, {}, 120_000],
    ["503 with a deadline of 10 s", UNAVAILABLE, { retryDeadline: 10_000 }, 10_000],
    ["503 with a deadline of 10 min", UNAVAILABLE, { retryDeadline: 600_000 }, 600_000],
    ["503 with retry-after: 50", { status: 503, headers: { "retry-after": "50" } }, {}, 120_000],
    ["429 with a reset of 60 s", reset(60), {}, 120_000],
    ["429 with a reset of 7 s", reset(7), {}, 120_000],
    ["429 with a deadline of 10 s", reset(7), { retryDeadline: 10_000 }, 10_000],
  ])("fails documents exactly at its end: %s", async (_, fault, options, deadline) => {
    const { embedder } = bench({ faults: () => fault });
    const ends = await allEnded(texts(20).map((text) => embedder(options).embed([text])));
    expect([...new Set(ends.map(({ after }) => Math.round(after)))]).toEqual([deadline]);
    const code =
      fault === UNAVAILABLE || JSON.stringify(fault).includes("503") ? "server_error" : "rate_limited";
    for (const { error } of ends) expect(error).toMatchObject({ code });
  });

  it.each<[string, object, number]>([
    ["by default", {}, 120_000],
    ["retryDeadline: 10_000", { retryDeadline: 10_000 }, 10_000],
  ])("fails rate-limited queries and rankings exactly at its end: %s", async (_, options, deadline) => {
    const { embedder, reranker } = bench({ faults: () => reset(deadline / 2000) });
    const calls = texts(10).flatMap((text) => [
      embedder(options).embedQuery(text),
      reranker(options).rerank(text, ["1"]),
    ]);
    const ends = await allEnded(calls);
    expect([...new Set(ends.map(({ after }) => Math.round(after)))]).toEqual([deadline]);
    for (const { error } of ends) expect(error).toMatchObject({ code: "rate_limited", status: 429 });
  });

  it("fails documents exactly at its end after lost connections, if the address has responded before", async () => {
    const { embedder, emulator } = bench();
    const one = embedder();
    await timed(one.embed(["before"]));
    emulator.setFaults(() => "reset");
    const { after, error } = await endOf(one.embed(["a"]));
    expect(after).toBe(120_000);
    expect(error).toMatchObject({ code: "connection_failed" });
  });

  it("counts from the start of each call, however long the model has failed before", async () => {
    const { embedder, emulator } = bench({ outages: FOREVER });
    const one = embedder({ retryDeadline: 10_000 });
    const early = ended(one.embed(["early"]));
    await pass(8000);
    const late = ended(one.embed(["late"]));
    await pass(4000);
    expect((await early).after).toBe(10_000);
    emulator.setOutages([]);
    await pass(8000);
    expect((await late).error).toBeUndefined();
  });

  it("counts from the last success of the model", async () => {
    const { embedder, emulator } = bench({ latency: 1000 });
    const one = embedder({ batchSize: 1, maxConcurrency: 1 });
    emulator.setOutages([{ from: 30_000, to: Number.POSITIVE_INFINITY }]);
    const { after, error } = await endOf(one.embed(texts(100)));
    expect(error).toMatchObject({ code: "server_error", status: 503 });
    expect(after).toBeGreaterThanOrEqual(149_000);
    expect(after).toBeLessThanOrEqual(151_000);
  });

  it("ends a request that fails for so long while others succeed", async () => {
    const { embedder } = bench({
      latency: 100,
      faults: ({ body }) => ((body as { input: string[] }).input[0] === "bad" ? UNAVAILABLE : undefined),
    });
    const one = embedder({ batchSize: 1, retryDeadline: 20_000 });
    const bad = ended(one.embed(["bad"]));
    for (let second = 0; second < 30; second++) {
      const good = one.embedQuery(`good ${second}`);
      await pass(1000);
      await good;
    }
    const { after, error } = await bad;
    expect(error).toMatchObject({ code: "server_error", status: 503 });
    expect(after).toBeGreaterThanOrEqual(12_000);
    expect(after).toBeLessThanOrEqual(21_000);
  });
});

describe("address that never responds", () => {
  it.each<[string, Fault, string]>([
    ["lost connections", "reset", "connection_failed"],
    ["timeouts", "hang", "timeout"],
  ])("fails after maxRetries, not after retryDeadline: %s", async (_, fault, code) => {
    const { embedder, emulator } = bench({ faults: () => fault });
    const { after, error } = await endOf(embedder({ timeout: 1000 }).embed(["a"]));
    expect(error).toMatchObject({ code, attempts: 6 });
    expect(after).toBeLessThanOrEqual(6 * 1000 + 12_000);
    expect(emulator.requests.length).toBe(6);
  });

  it("fails for a whole job in the time that one request has", async () => {
    const { embedder } = bench({ faults: () => "reset" });
    const { after, error } = await endOf(embedder({ batchSize: 1 }).embed(texts(500)));
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(after).toBeLessThanOrEqual(12_000);
  });
});

describe("abort in an outage", () => {
  it("rejects every caller at once with its reason, and leaves no timer", async () => {
    const { embedder, reranker, emulator } = bench({ outages: FOREVER });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = [
      embedder({ batchSize: 1 }).embed(texts(100), { signal }),
      embedder({ maxRetries: 20 }).embedQuery("a question", { signal }),
      reranker({ maxRetries: 20, fallback: "original-order" }).rerank("q", ["1"], String, { signal }),
    ];
    const ends = Promise.all(calls.map(rejection));
    await pass(3100);
    const requests = emulator.requests.length;
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await ends).toEqual([reason, reason, reason]);
    expect(vi.getTimerCount()).toBe(0);
    await pass(60_000);
    expect(emulator.requests.length).toBe(requests);
  });
});

function phases(events: readonly TogetherEvent[]): unknown[] {
  return only(events, "outage").map(({ phase }) => phase);
}

describe("event outage", () => {
  it("is emitted once when an outage begins and once when it ends, with its duration", async () => {
    const { embedder, events } = bench({ latency: 20, outages: [{ from: 300, to: 5300 }] });
    await timed(embedder({ batchSize: 10, maxConcurrency: 8 }).embed(texts(2000)));
    expect(only(events, "outage")).toMatchObject([
      { operation: "embed", model: "me/embedding", phase: "begin" },
      { operation: "embed", model: "me/embedding", phase: "end" },
    ]);
    const [begin, end] = only(events, "outage");
    expect(begin?.durationMs).toBeLessThan(100);
    expect(end?.durationMs).toBeGreaterThan(4000);
    expect(end?.durationMs).toBeLessThan(6000);
  });

  it("is emitted for each outage, to each object", async () => {
    const { emulator, embedder } = bench({ latency: 20 });
    const received: TogetherEvent[][] = [[], []];
    const objects = received.map((events) =>
      embedder({ batchSize: 10, onEvent: (event) => events.push(event) }),
    );
    for (let outage = 0; outage < 3; outage++) {
      emulator.setOutages([{ from: 50, to: 2050 }]);
      await timed(Promise.all(objects.map((one) => one.embed(texts(2000)))));
      await pass(10_000);
    }
    for (const events of received) {
      expect(phases(events)).toEqual(["begin", "end", "begin", "end", "begin", "end"]);
    }
  });

  it("ends with the next call if the job that met the outage has failed", async () => {
    const { embedder, events } = bench({ outages: [{ from: 0, to: 60_000 }] });
    const one = embedder({ retryDeadline: 10_000 });
    await endOf(one.embed(["a"]));
    expect(phases(events)).toEqual(["begin"]);
    await pass(60_000);
    await timed(one.embed(["b"]));
    await timed(one.embed(["c"]));
    expect(phases(events)).toEqual(["begin", "end"]);
    expect(only(events, "outage")[1]?.durationMs).toBeGreaterThan(60_000);
  });

  it("is not emitted for a few failures in a row", async () => {
    const { embedder, events } = bench({ faults: [UNAVAILABLE, UNAVAILABLE, UNAVAILABLE] });
    await timed(embedder().embed(["a"]));
    expect(phases(events)).toEqual([]);
  });

  it("ends with a 429, which shows that the server works", async () => {
    const limited: Fault = { status: 429, headers: { "x-ratelimit-reset": "1" } };
    const { embedder, events } = bench({
      faults: [...Array.from({ length: 5 }, (): Fault => UNAVAILABLE), limited, limited],
    });
    await timed(embedder().embed(["a"]));
    const types = events.map((event) => (event.type === "outage" ? event.phase : event.type));
    expect(types.filter((type) => type === "begin" || type === "end")).toEqual(["begin", "end"]);
    expect(types.indexOf("end")).toBeLessThan(types.indexOf("response"));
    expect(phases(events)).toEqual(["begin", "end"]);
  });
});
