import { describe, expect, it } from "vitest";
import { scenarios, type Scenario } from "./scenarios.js";
import { averageOf, runSeeds, standardError, type Run } from "./seeds.js";

function scenario(name: string): Scenario {
  return scenarios(20, 5).find((candidate) => candidate.name === name) as Scenario;
}

describe("seeds of the simulation", () => {
  it("runs a scenario once if two seeds send the same requests at the same times", async () => {
    expect(await runSeeds(scenario("8 workers, 50 ms"), 1, 5)).toHaveLength(1);
  });

  it("runs a scenario that depends on chance with every seed", async () => {
    const runs = await runSeeds(scenario("8 workers, 50 ms, log-normal"), 1, 5);
    const times = runs.map(({ elapsedMs }) => elapsedMs);
    expect(new Set(times).size).toBe(5);
    expect(averageOf(runs).elapsedMs).toBeCloseTo(times.reduce((sum, ms) => sum + ms) / 5);
  });

  it("multiplies the seeds by the factor of the scenario", async () => {
    const log = { ...scenario("8 workers, 50 ms, log-normal"), seedFactor: 2 };
    expect(await runSeeds(log, 1, 2)).toHaveLength(4);
  });

  it("averages the time, and uses the largest of the limits of each run", async () => {
    const [run] = await runSeeds(scenario("no limit"), 1, 1);
    const runs = [
      { ...(run as Run), elapsedMs: 1000, failed: 0, resumeMs: 100, outageRequests: 30 },
      {
        ...(run as Run),
        elapsedMs: 2000,
        failed: 1,
        failure: "server_error",
        resumeMs: 900,
        outageRequests: 10,
      },
    ];
    expect(averageOf(runs)).toMatchObject({
      elapsedMs: 1500,
      failed: 0.5,
      failure: "server_error",
      resumeMs: 900,
      outageRequests: 30,
      p95OverLone: undefined,
    });
  });

  it("gives the same runs for the same seeds", async () => {
    const log = scenario("8 workers, 50 ms, log-normal");
    expect(await runSeeds(log, 3, 2)).toEqual(await runSeeds(log, 3, 2));
  });

  it("takes 5 ms for a request at a round trip of 5 ms", async () => {
    const [run] = await runSeeds({ ...scenario("no limit"), requests: 1 }, 1, 1);
    expect(run?.elapsedMs).toBe(5);
  });

  it("estimates the standard error of a mean", () => {
    expect(standardError([1, 2, 3, 4, 5])).toBeCloseTo(Math.SQRT1_2);
    expect(standardError([7])).toBe(0);
  });
});
