import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  createEmulator,
  seededRandom,
  type EmulatorOptions,
  type RateLimitOptions,
  type ResetFormat,
} from "../../../src/emulator/index.js";
import { useVirtualTime } from "../../support/time.js";
import { embed, emulatorWith, errorOf, post, RERANK } from "./support.js";

useVirtualTime();

type Fetch = ReturnType<typeof createEmulator>["fetch"];

const pass = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000);

/** Sends requests concurrently and returns how many are accepted. */
async function accepted(fetch: Fetch, requests: number, input: unknown = "text"): Promise<number> {
  const responses = await Promise.all(Array.from({ length: requests }, () => embed(fetch, input)));
  return responses.filter(({ status }) => status === 200).length;
}

const limited = (limits: EmulatorOptions["limits"]): Fetch =>
  createEmulator({ ...(limits && { limits }) }).fetch;

const NOON = Date.parse("2026-11-21T12:00:00Z");

/** Returns the statuses of 500 requests, a tenth of which are rejected at random. */
async function statusesOf(seed: number): Promise<number[]> {
  const { ask } = emulatorWith({ limits: { randomShare: 0.1 }, random: seededRandom(seed) });
  const responses = await Promise.all(Array.from({ length: 500 }, () => ask()));
  return responses.map(({ status }) => status);
}

describe("limits option", () => {
  it("accepts a burst, then refills a token bucket at a constant rate", async () => {
    const fetch = limited({ requestsPerSecond: 10, burst: 5 });
    expect(await accepted(fetch, 8)).toBe(5);
    pass(0.3);
    expect(await accepted(fetch, 8)).toBe(3);
    pass(60);
    expect(await accepted(fetch, 8)).toBe(5);
  });

  it("rejects until the next fixed window starts", async () => {
    const fetch = limited({ requestsPerSecond: 2, algorithm: "fixed-window", windowSeconds: 10 });
    expect(await accepted(fetch, 30)).toBe(20);
    pass(9.9);
    expect(await accepted(fetch, 30)).toBe(0);
    pass(0.1);
    expect(await accepted(fetch, 30)).toBe(20);
  });

  it.each<[string, RateLimitOptions, [string, string] | undefined]>([
    ["rounded seconds", {}, ["x-ratelimit-reset", "3"]],
    ["exact seconds", { reset: "exact" }, ["x-ratelimit-reset", "2.5"]],
    ["retry-after", { header: "retry-after" }, ["retry-after", "3"]],
    ["retry-after-ms", { header: "retry-after-ms", reset: "exact" }, ["retry-after-ms", "2500"]],
    ["no header", { reset: "none" }, undefined],
    [
      "an HTTP date",
      { reset: "date", header: "retry-after" },
      ["retry-after", "Sat, 21 Nov 2026 12:00:03 GMT"],
    ],
    ["seconds since 1970", { reset: "epoch" }, ["x-ratelimit-reset", String(NOON / 1000 + 3)]],
    ["milliseconds since 1970", { reset: "epoch-ms" }, ["x-ratelimit-reset", String(NOON + 2750)]],
    ["a constant", { reset: 60 }, ["x-ratelimit-reset", "60"]],
    ["a constant in milliseconds", { reset: 0.1, header: "retry-after-ms" }, ["retry-after-ms", "100"]],
    ["what a function returns", { reset: (seconds) => 2 * seconds }, ["x-ratelimit-reset", "5"]],
  ])("returns the time to wait as %s", async (_, how, header) => {
    vi.setSystemTime(NOON + 250);
    const fetch = limited({ requestsPerSecond: 0.4, ...how });
    await embed(fetch, "first");
    const rejected = await embed(fetch, "second");
    const names = ["x-ratelimit-reset", "retry-after", "retry-after-ms"];
    const named = names
      .filter((name) => rejected.headers.has(name))
      .map((name) => [name, rejected.headers.get(name)]);
    expect(rejected.status).toBe(429);
    expect(named).toEqual(header ? [header] : []);
  });

  it.each<[ResetFormat, number]>([
    ["date", 1000],
    ["epoch", 1],
    ["epoch-ms", 0.001],
  ])("reads the server's clock for the reset %s", async (reset, secondsPerUnit) => {
    vi.setSystemTime(NOON);
    const limits = { requestsPerSecond: 0.5, reset } as const;
    const { ask } = emulatorWith({ limits, clockSkew: 30_000 });
    await ask();
    const value = (await ask()).headers.get("x-ratelimit-reset") ?? "";
    const resetAt = reset === "date" ? Date.parse(value) / 1000 : Number(value) * secondsPerUnit;
    expect(resetAt).toBeCloseTo(NOON / 1000 + 32, 6);
  });

  it("returns the reset of a custom limit in its own format", async () => {
    vi.setSystemTime(NOON);
    const fetch = limited(() => ({ waitSeconds: 7, reset: "date", header: "retry-after" }));
    expect((await embed(fetch, "x")).headers.get("retry-after")).toBe("Sat, 21 Nov 2026 12:00:07 GMT");
  });

  it("returns no reset for a custom limit without waitSeconds", async () => {
    expect(
      (
        await embed(
          limited(() => ({})),
          "x",
        )
      ).headers.has("x-ratelimit-reset"),
    ).toBe(false);
  });

  it("rejects with another status, without the words and the error_type of a 429", async () => {
    const { emulator, ask } = emulatorWith({
      limits: { requestsPerSecond: 0.1, status: 503, header: "retry-after" },
    });
    await ask();
    const rejected = await ask();
    expect([rejected.status, rejected.headers.get("retry-after")]).toEqual([503, "10"]);
    const body = (await rejected.json()) as object;
    expect(body).not.toHaveProperty("error_type");
    expect(body).toMatchObject({
      error: { type: "server_error", message: expect.stringMatching(/overloaded/) as string },
    });
    expect(emulator.totals.rejected).toBe(0);
  });

  it("rejects a share of the requests at random, the same ones for the same seed", async () => {
    const first = await statusesOf(1);
    const share = first.filter((status) => status === 429).length / first.length;
    expect(share).toBeGreaterThan(0.06);
    expect(share).toBeLessThan(0.14);
    expect(await statusesOf(1)).toEqual(first);
    expect(await statusesOf(2)).not.toEqual(first);
  });

  it.each<[RateLimitOptions, string | null]>([
    [{}, "0"],
    [{ reset: 2 }, "2"],
    [{ reset: "none" }, null],
  ])("adds the reset of %j to a random 429", async (how, value) => {
    const rejected = await embed(limited({ randomShare: 1, ...how }), "x");
    expect([rejected.status, rejected.headers.get("x-ratelimit-reset")]).toEqual([429, value]);
  });

  it("uses up no rate limit for a random 429", async () => {
    const { emulator, ask } = emulatorWith({ limits: { requestsPerSecond: 1, burst: 1, randomShare: 1 } });
    await ask();
    emulator.setLimits({ requestsPerSecond: 1, burst: 1 });
    expect((await ask()).status).toBe(200);
  });

  it("throws for a custom limit that returns something else than a rejection", async () => {
    const fetch = limited((() => ({ waitSecond: 1 })) as never);
    await expect(embed(fetch, "x")).rejects.toThrow(
      "Cannot respond to a request: `limits().waitSecond` is not an option; did you mean `limits().waitSeconds`?",
    );
  });

  it("distinguishes limits on requests and on tokens in error_type", async () => {
    const requests = limited({ requestsPerSecond: 1 });
    await embed(requests, "first");
    expect(await errorOf(embed(requests, "second"))).toMatchObject({
      status: 429,
      error_type: "dynamic_request_limited",
    });
    const tokens = limited({ tokensPerSecond: 10 });
    await embed(tokens, "x".repeat(40));
    const rejected = await errorOf(embed(tokens, "y"));
    expect(rejected).toMatchObject({
      status: 429,
      error_type: "dynamic_token_limited",
      error: { param: null, code: null },
    });
  });

  it("accepts a request larger than the bucket, and delays the next ones accordingly", async () => {
    const { emulator, ask } = emulatorWith({ limits: { tokensPerSecond: 100, reset: "exact" } });
    expect((await ask("x".repeat(2000))).status).toBe(200);
    expect((await ask("x")).headers.get("x-ratelimit-reset")).toBe("4.01");
    pass(4.1);
    expect((await ask("x")).status).toBe(200);
    expect(emulator.totals).toMatchObject({ requests: 3, rejected: 1 });
  });

  it("adds no rate limit headers to a 200", async () => {
    const { headers } = await embed(limited({ requestsPerSecond: 1 }), "text");
    expect([...headers.keys()].filter((name) => /limit|retry/.test(name))).toEqual([]);
  });

  it("counts per key and model", async () => {
    const fetch = limited({ requestsPerSecond: 1 });
    const other = { headers: { authorization: "Bearer other" } };
    const rerank = { model: RERANK, query: "q", documents: ["d"] };
    expect(await accepted(fetch, 2)).toBe(1);
    expect((await embed(fetch, "x", {}, other)).status).toBe(200);
    expect((await post(fetch, "/rerank", rerank)).status).toBe(200);
    expect((await post(fetch, "/rerank", rerank)).status).toBe(429);
  });

  it("does not count rejected or invalid requests", async () => {
    const fetch = limited({ requestsPerSecond: 1, burst: 1 });
    expect((await embed(fetch, 7)).status).toBe(400);
    expect(await accepted(fetch, 50)).toBe(1);
    pass(1);
    expect(await accepted(fetch, 1)).toBe(1);
  });

  it("forgets the key that was unused for longest when there are more than 1,000", async () => {
    const fetch = limited({ requestsPerSecond: 1, burst: 1 });
    const statusFor = async (key: number): Promise<number> => {
      const headers = { authorization: `Bearer key-${key}` };
      return (await embed(fetch, "x", {}, { headers })).status;
    };
    for (let key = 0; key < 1000; key++) await statusFor(key);
    expect([await statusFor(0), await statusFor(1000)]).toEqual([429, 200]);
    expect([await statusFor(0), await statusFor(1)]).toEqual([429, 200]);
  });

  it("keeps its count when setLimits changes the rate, and can be removed", async () => {
    const { emulator } = emulatorWith({ limits: { requestsPerSecond: 10, algorithm: "fixed-window" } });
    expect(await accepted(emulator.fetch, 6)).toBe(6);
    emulator.setLimits({ requestsPerSecond: 8, algorithm: "fixed-window" });
    expect(await accepted(emulator.fetch, 6)).toBe(2);
    emulator.setLimits(undefined);
    expect(await accepted(emulator.fetch, 60)).toBe(60);
  });

  it("grows with past successes, and never below the base rate", async () => {
    const fetch = limited({ requestsPerSecond: 1, burst: 10, growth: { factor: 2, windowSeconds: 60 } });
    for (let second = 0; second < 90; second++) {
      await embed(fetch, "text");
      pass(1);
    }
    expect(await accepted(fetch, 20)).toBe(10);
    pass(4);
    expect(await accepted(fetch, 20)).toBe(8);
    pass(120);
    expect(await accepted(fetch, 20)).toBe(10);
    pass(4);
    // Ten requests of the last minute succeeded. Twice that rate is below the base rate.
    expect(await accepted(fetch, 20)).toBe(4);
  });

  it("calls a custom limit with the request and the time", async () => {
    const fetch = limited((request, now) =>
      request.texts > 1
        ? { waitSeconds: now / 1000, errorType: "dynamic_token_limited", header: "retry-after" }
        : undefined,
    );
    pass(7);
    expect((await embed(fetch, "one")).status).toBe(200);
    const rejected = await embed(fetch, ["one", "two"]);
    expect(rejected.headers.get("retry-after")).toBe(String(performance.now() / 1000));
    expect(await rejected.json()).toMatchObject({ error_type: "dynamic_token_limited" });
  });

  it("never accepts more than its rate and one burst, and always accepts after the wait", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom("token-bucket" as const, "fixed-window" as const),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 30 })), {
          maxLength: 20,
        }),
        async (algorithm, rate, traffic) => {
          const fetch = limited({ requestsPerSecond: rate, algorithm, reset: "exact" });
          let [sum, seconds] = [0, 0];
          for (const [milliseconds, requests] of traffic) {
            pass(milliseconds / 1000);
            seconds += milliseconds / 1000;
            sum += await accepted(fetch, requests);
          }
          expect(sum).toBeLessThanOrEqual(rate * (Math.ceil(seconds) + 1) + 1e-6);
          const rejected = await embed(fetch, "text");
          if (rejected.status === 200) return;
          pass(Number(rejected.headers.get("x-ratelimit-reset")));
          expect((await embed(fetch, "text")).status).toBe(200);
        },
      ),
    ));
});
