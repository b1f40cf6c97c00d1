import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { createEmulator, type EmulatorOptions, type RateLimitOptions } from "../../../src/emulator/index.js";
import { useVirtualTime } from "../../support/time.js";
import { embed, emulatorWith, errorOf, post, RERANK } from "./support.js";

useVirtualTime();

type Fetch = ReturnType<typeof createEmulator>["fetch"];

const pass = (seconds: number): void => void vi.advanceTimersByTime(seconds * 1000);

/** How many of so many requests sent at once are admitted. */
async function admitted(fetch: Fetch, requests: number, input: unknown = "text"): Promise<number> {
  const answers = await Promise.all(Array.from({ length: requests }, () => embed(fetch, input)));
  return answers.filter(({ status }) => status === 200).length;
}

const limited = (limits: EmulatorOptions["limits"]): Fetch =>
  createEmulator({ ...(limits && { limits }) }).fetch;

describe("a rate limit", () => {
  it("holds a bucket that refills steadily", async () => {
    const fetch = limited({ requestsPerSecond: 10, burst: 5 });
    expect(await admitted(fetch, 8)).toBe(5);
    pass(0.3);
    expect(await admitted(fetch, 8)).toBe(3);
    pass(60);
    expect(await admitted(fetch, 8)).toBe(5);
  });

  it("counts in windows, and refuses until the next one begins", async () => {
    const fetch = limited({ requestsPerSecond: 2, algorithm: "fixed-window", windowSeconds: 10 });
    expect(await admitted(fetch, 30)).toBe(20);
    pass(9.9);
    expect(await admitted(fetch, 30)).toBe(0);
    pass(0.1);
    expect(await admitted(fetch, 30)).toBe(20);
  });

  it.each<[string, RateLimitOptions, [string, string] | undefined]>([
    ["seconds rounded up", {}, ["x-ratelimit-reset", "3"]],
    ["exact seconds", { reset: "exact" }, ["x-ratelimit-reset", "2.5"]],
    ["retry-after", { header: "retry-after" }, ["retry-after", "3"]],
    ["retry-after-ms", { header: "retry-after-ms", reset: "exact" }, ["retry-after-ms", "2500"]],
    ["nothing", { reset: "none" }, undefined],
  ])("names the wait: %s", async (_, how, header) => {
    const fetch = limited({ requestsPerSecond: 0.4, ...how });
    await embed(fetch, "first");
    const refused = await embed(fetch, "second");
    const names = ["x-ratelimit-reset", "retry-after", "retry-after-ms"];
    const named = names
      .filter((name) => refused.headers.has(name))
      .map((name) => [name, refused.headers.get(name)]);
    expect(refused.status).toBe(429);
    expect(named).toEqual(header ? [header] : []);
  });

  it("tells requests from tokens in error_type, beside a body like every other error's", async () => {
    const requests = limited({ requestsPerSecond: 1 });
    await embed(requests, "first");
    expect(await errorOf(embed(requests, "second"))).toMatchObject({
      status: 429,
      error_type: "dynamic_request_limited",
    });
    const tokens = limited({ tokensPerSecond: 10 });
    await embed(tokens, "x".repeat(40));
    const refused = await errorOf(embed(tokens, "y"));
    expect(refused).toMatchObject({
      status: 429,
      error_type: "dynamic_token_limited",
      error: { param: null, code: null },
    });
  });

  it("lets a request pass that is larger than any burst, and makes the next ones wait for it", async () => {
    const { emulator, ask } = emulatorWith({ limits: { tokensPerSecond: 100, reset: "exact" } });
    expect((await ask("x".repeat(2000))).status).toBe(200);
    expect((await ask("x")).headers.get("x-ratelimit-reset")).toBe("4.01");
    pass(4.1);
    expect((await ask("x")).status).toBe(200);
    expect(emulator.totals).toMatchObject({ requests: 3, rejected: 1 });
  });

  it("says nothing about limits in an answer that is not refused", async () => {
    const { headers } = await embed(limited({ requestsPerSecond: 1 }), "text");
    expect([...headers.keys()].filter((name) => /limit|retry/.test(name))).toEqual([]);
  });

  it("holds for each key and each model by itself", async () => {
    const fetch = limited({ requestsPerSecond: 1 });
    const other = { headers: { authorization: "Bearer other" } };
    const rerank = { model: RERANK, query: "q", documents: ["d"] };
    expect(await admitted(fetch, 2)).toBe(1);
    expect((await embed(fetch, "x", {}, other)).status).toBe(200);
    expect((await post(fetch, "/rerank", rerank)).status).toBe(200);
    expect((await post(fetch, "/rerank", rerank)).status).toBe(429);
  });

  it("is not used up by refusals, nor by requests that the API does not take", async () => {
    const fetch = limited({ requestsPerSecond: 1, burst: 1 });
    expect((await embed(fetch, 7)).status).toBe(400);
    expect(await admitted(fetch, 50)).toBe(1);
    pass(1);
    expect(await admitted(fetch, 1)).toBe(1);
  });

  it("can change in the middle, keeping count, and be taken away", async () => {
    const { emulator } = emulatorWith({ limits: { requestsPerSecond: 10, algorithm: "fixed-window" } });
    expect(await admitted(emulator.fetch, 6)).toBe(6);
    emulator.setLimits({ requestsPerSecond: 8, algorithm: "fixed-window" });
    expect(await admitted(emulator.fetch, 6)).toBe(2);
    emulator.setLimits(undefined);
    expect(await admitted(emulator.fetch, 60)).toBe(60);
  });

  it("grows with past success, never below its base", async () => {
    const fetch = limited({ requestsPerSecond: 1, burst: 10, growth: { factor: 2, windowSeconds: 60 } });
    for (let second = 0; second < 90; second++) {
      await embed(fetch, "text");
      pass(1);
    }
    expect(await admitted(fetch, 20)).toBe(10);
    pass(4);
    expect(await admitted(fetch, 20)).toBe(8);
    pass(120);
    expect(await admitted(fetch, 20)).toBe(10);
    pass(4);
    // 10 of the past minute succeeded: twice that rate is below the base.
    expect(await admitted(fetch, 20)).toBe(4);
  });

  it("may be a function of the request and the time", async () => {
    const fetch = limited((request, now) =>
      request.texts > 1
        ? { waitSeconds: now / 1000, errorType: "dynamic_token_limited", header: "retry-after" }
        : undefined,
    );
    pass(7);
    expect((await embed(fetch, "one")).status).toBe(200);
    const refused = await embed(fetch, ["one", "two"]);
    expect(refused.headers.get("retry-after")).toBe(String(performance.now() / 1000));
    expect(await refused.json()).toMatchObject({ error_type: "dynamic_token_limited" });
  });

  it("never admits more than its rate and one burst, and always who waits as told", () =>
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
            sum += await admitted(fetch, requests);
          }
          expect(sum).toBeLessThanOrEqual(rate * (Math.ceil(seconds) + 1) + 1e-6);
          const refused = await embed(fetch, "text");
          if (refused.status === 200) return;
          pass(Number(refused.headers.get("x-ratelimit-reset")));
          expect((await embed(fetch, "text")).status).toBe(200);
        },
      ),
    ));
});
