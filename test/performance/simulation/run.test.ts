import { describe, expect, it } from "vitest";
import { runScenario } from "./run.js";
import type { Scenario } from "./scenarios.js";

const PLAIN: Scenario = {
  name: "plain",
  options: () => ({ serviceTime: 80 }),
  rtt: 20,
  requests: 10,
  client: { batchSize: 1, maxConcurrency: 1, maxRetries: 100 },
  idealMs: 1000,
  goals: {},
};

describe("runScenario", () => {
  it("counts a failed call and has no time for it", async () => {
    const outcome = await runScenario({ ...PLAIN, options: () => ({ faults: () => ({ status: 400 }) }) }, 1);
    expect(outcome).toMatchObject({ failed: 1, failure: "bad_request", timeOverIdeal: Number.NaN });
  });

  it("has a time for failures that the scenario expects", async () => {
    const outcome = await runScenario(
      {
        ...PLAIN,
        options: () => ({ faults: () => ({ status: 400 }) }),
        calls: (embedder) => ["a", "b", "c"].map((text) => embedder.embedQuery(text)),
        idealMs: 60,
        goals: { failed: 3 },
      },
      1,
    );
    expect(outcome.failed).toBe(3);
    expect(outcome.timeOverIdeal).toBeCloseTo(1, 5);
  });

  it("compares the time with that of another scenario", async () => {
    const fast = { ...PLAIN, name: "fast", options: () => ({ serviceTime: 30 }) };
    const { elapsedMs, timeOverIdeal } = await runScenario({ ...PLAIN, idealMs: fast }, 1);
    expect(elapsedMs).toBe(1000);
    expect(timeOverIdeal).toBeCloseTo(2, 5);
  });

  it("counts the requests that reach the server in an outage, and measures the time until work resumes", async () => {
    const fault = { status: 503, headers: { "retry-after": "1" } };
    const outage = { fromMs: 500, spreadMs: 0, durationMs: 600, fault };
    const outcome = await runScenario({ ...PLAIN, outage }, 1);
    const failures = outcome.log.filter(({ status }) => status === 503);
    expect(failures.length).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ failed: 0, outageRequests: failures.length });
    expect(outcome.rejectedShare).toBe(failures.length / PLAIN.requests);
    const first = outcome.log.find(({ at, status }) => status === 200 && at > 1100);
    expect(outcome.resumeMs).toBe((first?.endedAt ?? Number.NaN) - 1100);
  });

  it("compares response times with that of a lone request", async () => {
    const { p95OverLone } = await runScenario(
      {
        ...PLAIN,
        options: () => ({ workers: 1, serviceTime: 80 }),
        client: { batchSize: 1, maxConcurrency: 4 },
        requests: 40,
        loneMs: 100,
      },
      1,
    );
    expect(p95OverLone).toBeGreaterThan(3);
    expect(p95OverLone).toBeLessThan(3.5);
  });

  it("keeps a request that was lost in the log", async () => {
    const outcome = await runScenario({ ...PLAIN, options: () => ({ faults: ["reset"] }) }, 1);
    expect(outcome.log.filter(({ status }) => status === undefined)).toHaveLength(1);
  });
});
