import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Together, { type ClientOptions } from "together-ai";
import { backoff } from "../../../../src/core/request/retry-policy.js";
import { Embedder } from "../../../../src/index.js";
import type { Fault } from "../../../../src/emulator/index.js";
import {
  bench,
  EMBEDDING,
  KEY,
  only,
  plain,
  rejection,
  texts,
  vectorOf,
  type Bench,
  type RequestBody,
} from "../../../support/emulate.js";
import { pass, timed, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

function rateLimited(reset?: string): Fault {
  return { status: 429, ...(reset !== undefined && { headers: { "x-ratelimit-reset": reset } }) };
}

/** An embedder with a custom client. */
function byClient({ emulator }: Bench): Embedder {
  const fetch = emulator.fetch as NonNullable<ClientOptions["fetch"]>;
  return new Embedder({ model: EMBEDDING, client: new Together({ apiKey: KEY, fetch }) });
}

/** The milliseconds until a call rejects, and its error. */
async function failure(call: Promise<unknown>): Promise<{ after: number; error: Error }> {
  const caught = rejection(call);
  const after = await timed(caught);
  return { after, error: (await caught) as Error };
}

describe("429", () => {
  it.each<[string, Record<string, string>, number]>([
    ["x-ratelimit-reset: 7", { "x-ratelimit-reset": "7" }, 7000],
    ["retry-after: 7", { "retry-after": "7" }, 7000],
    ["retry-after-ms: 700", { "retry-after-ms": "700" }, 700],
    ["no header", {}, 100],
  ])("delays requests until its reset: %s", async (_, headers, least) => {
    const until = performance.now() + least;
    const { embedder, emulator } = bench({
      faults: () => (performance.now() < until ? { status: 429, headers } : undefined),
    });
    const call = embedder().embed(["a text"]);
    const after = await timed(call);
    expect(after).toBeGreaterThanOrEqual(least);
    expect(after).toBeLessThan(2 * least + 2000);
    // One of them can check whether the reset is right.
    expect([2, 3]).toContain(emulator.requests.length);
  });

  it("delays requests until its date, except one that checks the date", async () => {
    const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 30_000).toUTCString();
    const rateLimit = { status: 429, headers: { "retry-after": date } };
    const { embedder, emulator } = bench({ faults: [rateLimit, rateLimit] });
    const after = await timed(embedder().embed(["a text"]));
    expect(after).toBeGreaterThanOrEqual(29_000);
    expect(after).toBeLessThan(40_000);
    expect(emulator.requests.length).toBe(3);
  });

  it("delays all callers of the model, and no callers of another", async () => {
    const { embedder, reranker, emulator } = bench({ faults: [rateLimited("20")] });
    const first = embedder().embed(["a"]);
    await pass(100);
    const waiting = [embedder().embedQuery("b"), embedder({ maxConcurrency: 2 }).embed(["c"])];
    const others = [embedder({ apiKey: "another" }).embed(["d"]), reranker().rerank("q", ["1"], String)];
    await pass(100);
    await Promise.all(others);
    expect(emulator.requests.length).toBe(3);
    await pass(60_000, 60);
    await Promise.all([first, ...waiting]);
    expect(emulator.requests.length).toBe(6);
  });

  it("delays callers whose client has the same `fetch`, and no callers with another", async () => {
    const [limited, other] = [bench({ faults: [rateLimited("20")] }), bench()];
    const first = byClient(limited).embed(["a"]);
    await pass(100);
    const same = byClient(limited).embed(["b"]);
    const another = byClient(other).embed(["c"]);
    await pass(100);
    await another;
    expect(limited.emulator.requests.length).toBe(1);
    await pass(60_000, 60);
    await Promise.all([first, same]);
  });

  it("costs no retry", async () => {
    let requests = 0;
    const { embedder, emulator, events } = bench({
      faults: () => ((requests += 1) <= 8 ? rateLimited("2") : undefined),
    });
    const call = embedder({ maxRetries: 0 }).embed(["a"]);
    await timed(call);
    expect((await call).vectors.length).toBe(1);
    expect(emulator.requests.length).toBe(9);
    expect(only(events, "rate-limited").length).toBe(8);
    expect(only(events, "retry")).toEqual([]);
  });

  it("causes an error when the model has accepted nothing for two minutes", async () => {
    const { embedder, emulator } = bench({ faults: () => rateLimited("10") });
    const { after, error } = await failure(embedder().embed(["a"]));
    expect(error).toMatchObject({ code: "rate_limited", status: 429 });
    expect(error.message).toMatch(
      /^Cannot embed 1 text with "me\/embedding": Together responded with 429 after \d+ attempts and asks for a delay of 10 s; retry later, use fewer processes, or ask Together for a higher limit \(see .+#rate_limited\)$/,
    );
    expect(after).toBeGreaterThan(90_000);
    expect(after).toBeLessThan(125_000);
    expect(emulator.requests.length).toBeLessThan(15);
  });

  it("is retried for longer while other requests of the model succeed", async () => {
    const until = performance.now() + 300_000;
    const { embedder } = bench({
      faults: ({ body }) => {
        const stubborn = (body as RequestBody).input[0] === "stubborn" && performance.now() < until;
        return stubborn ? rateLimited("5") : undefined;
      },
    });
    const call = embedder().embed(["stubborn"]);
    const done = timed(call);
    for (let second = 0; second < 300; second += 20) {
      await Promise.all([embedder().embedQuery("easy"), pass(20_000)]);
    }
    await done;
    expect(plain((await call).vectors)).toEqual([vectorOf("stubborn")]);
  });

  it("causes an error at once for a reset of more than two minutes, which names the delay", async () => {
    const { embedder, emulator } = bench({ faults: () => rateLimited("121") });
    const { after, error } = await failure(embedder().embed(["a"]));
    expect(after).toBeLessThan(1100);
    expect(error).toMatchObject({ code: "rate_limited" });
    expect(error.message).toContain("Together responded with 429 and asks for a delay of 121 s");
    expect(emulator.requests.length).toBe(1);
  });

  it("does not delay the next caller for an hour after a reset of an hour, but fails it at once", async () => {
    const { embedder, emulator } = bench({ faults: () => rateLimited("3600") });
    for (const query of ["first", "second"]) {
      const { after, error } = await failure(embedder().embedQuery(query));
      expect(after).toBeLessThan(1100);
      expect(error).toMatchObject({ code: "rate_limited" });
    }
    emulator.setFaults(undefined);
    expect(await timed(embedder().embedQuery("third"))).toBeLessThan(1100);
  });

  it("causes no busy loop for a reset beyond a timer's range", async () => {
    const { embedder } = bench({ faults: () => rateLimited("999999999") });
    const { after } = await failure(embedder().embed(texts(3000)));
    expect(after).toBeLessThan(1100);
  });
});

describe("failure of the server", () => {
  beforeEach(() => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("is retried with exponential backoff, in an outage as well", async () => {
    const { embedder, events } = bench({ faults: () => ({ status: 500 }) });
    const { after } = await failure(embedder().embed(["a"]));
    const delays = only(events, "retry").map(({ delayMs }) => delayMs);
    expect(delays).toEqual([1, 2, 3, 4, 5].map((retry) => backoff(retry, 0.5)));
    expect(after).toBeGreaterThanOrEqual(650 + 1350 + 4000);
  });

  it.each(["embed", "embedQuery"] as const)(
    "is retried for at least 5 s if it costs a retry: %s",
    async (method) => {
      const { embedder } = bench({ outages: [{ from: 0, to: 5000, fault: { status: 500 } }] });
      const one = embedder();
      const call = method === "embed" ? one.embed(["a"]) : one.embedQuery("a");
      expect(await timed(call)).toBeLessThan(7000);
      await expect(call).resolves.toBeDefined();
    },
  );

  it("is retried after the delay that the server asks for", async () => {
    const { embedder, events } = bench({
      faults: [{ status: 503, headers: { "retry-after": "3" } }],
    });
    const after = await timed(embedder().embed(["a"]));
    expect(after).toBeGreaterThanOrEqual(3000);
    expect(only(events, "retry")).toMatchObject([{ delayMs: 3000, status: 503 }]);
  });

  it("causes an error at once for a delay of more than two minutes, also for the next caller", async () => {
    const { embedder } = bench({ faults: () => ({ status: 503, headers: { "retry-after": "3600" } }) });
    for (let call = 0; call < 6; call++) {
      const { after, error } = await failure(embedder().embedQuery("a"));
      expect(after).toBeLessThan(1100);
      expect(error).toMatchObject({ code: "server_error", status: 503, attempts: 1 });
    }
  });

  it("is retried before new texts are sent", async () => {
    const { embedder, emulator } = bench({
      latency: 100,
      faults: [{ status: 503, headers: { "retry-after-ms": "50" } }],
    });
    const one = embedder({ maxConcurrency: 1 });
    const calls = ["a", "b", "c", "d"].map((text) => one.embed([text]));
    await timed(Promise.all(calls));
    const order = emulator.requests.flatMap(({ body }) => (body as RequestBody).input);
    expect(order).toEqual(["a", "b", "a", "c", "d"]);
  });

  it("does not multiply traffic: 40 callers send fewer than 40 requests in an outage", async () => {
    const { embedder, emulator } = bench({ faults: () => ({ status: 500 }) });
    const one = embedder();
    const calls = texts(40).map((query) => rejection(one.embedQuery(query)));
    await timed(Promise.all(calls));
    expect(emulator.requests.length).toBeLessThan(40);
  });
});

describe("many callers", () => {
  it("fails all within 125 s for a model that responds with nothing but 429", async () => {
    const { embedder, emulator } = bench({ faults: () => rateLimited("30") });
    const one = embedder();
    const calls = texts(50).map((query) => rejection(one.embedQuery(query)));
    await pass(125_000, 125);
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: "rate_limited", status: 429 });
    }
    expect(emulator.requests.length).toBeLessThan(20);
  });

  it("gives each caller two minutes, however long the model has failed before", async () => {
    const { embedder, emulator } = bench({ faults: () => rateLimited("30") });
    const one = embedder();
    const early = rejection(one.embedQuery("early"));
    await pass(60_000, 60);
    const late = texts(5).map((text) => one.embedQuery(text));
    await pass(60_000, 60);
    expect(await early).toMatchObject({ code: "rate_limited" });
    emulator.setFaults(undefined);
    await pass(60_000, 60);
    expect((await Promise.all(late)).length).toBe(5);
  });

  it("fails lists and rankings as well, most of them without a request of their own", async () => {
    const { embedder, reranker, emulator } = bench({ faults: () => rateLimited("30") });
    const [one, other] = [embedder(), reranker()];
    const calls = texts(20).flatMap((text) => [
      rejection(one.embed([text, "another"])),
      rejection(other.rerank(text, ["1", "2"], String)),
    ]);
    await pass(125_000, 125);
    const errors = (await Promise.all(calls)) as Error[];
    for (const error of errors) expect(error).toMatchObject({ code: "rate_limited", status: 429 });
    expect(emulator.requests.length).toBeLessThan(errors.length);
    const [list, ranking] = errors.slice(-2).map(({ message }) => message);
    const reason = "Together responded with 429 and asks for a delay of 30 s";
    expect(list).toContain(`Cannot embed 2 texts with "me/embedding": ${reason}`);
    expect(ranking).toContain(`Cannot rerank 2 documents with "me/rerank": ${reason}`);
  });

  it("shows no caller the server's words or request id of another caller's request", async () => {
    const { embedder } = bench({
      faults: ({ body }) => {
        const [text] = (body as RequestBody).input;
        const headers = { "x-ratelimit-reset": "30", "x-request-id": `id-${text}` };
        return { status: 429, message: `Slow down: "${text}"`, headers };
      },
    });
    const secrets = Array.from({ length: 20 }, (_, caller) => String.fromCharCode(97 + caller).repeat(20));
    const calls = secrets.map((secret) => rejection(embedder().embedQuery(secret)));
    await pass(125_000, 125);
    const errors = (await Promise.all(calls)) as (Error & { attempts: number })[];
    expect(errors.filter(({ attempts }) => attempts === 0).length).toBeGreaterThan(10);
    errors.forEach((error, caller) => {
      const shown = `${error.message} ${JSON.stringify(error)}`;
      expect(secrets.filter((secret, other) => other !== caller && shown.includes(secret))).toEqual([]);
    });
  });
});
