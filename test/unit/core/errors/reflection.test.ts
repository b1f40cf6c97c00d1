import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeReflected, leaksOf, runs, servers, showReflected } from "../../../support/reflection.js";
import { useVirtualTime } from "../../../support/time.js";

describe("servers that repeat key and texts", () => {
  useVirtualTime();

  it("causes the same error for other keys and texts", () => {
    const isSame = fc.property(runs, servers(1), ([one, other], all) => {
      for (const server of all) expect(describeReflected(server, one)).toBe(describeReflected(server, other));
    });
    fc.assert(isSame, { numRuns: 100 });
  });

  it("causes the same errors, events, logs and objects for other keys and texts", async () => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const isSame = fc.asyncProperty(runs, servers(1), async ([one, other], all) => {
      for (const server of all)
        expect(await showReflected(server, one)).toBe(await showReflected(server, other));
    });
    await fc.assert(isSame, { numRuns: 3 });
    Error.stackTraceLimit = stackTraceLimit;
  });

  it("detects a server that shows a part of a secret", () => {
    expect(leaksOf("a secret word", "it is: A SECRET WORD")).toContain("in another case");
    expect(leaksOf("a secret word", "612073656372657420776f7264")).toEqual(["in hexadecimal digits"]);
    expect(leaksOf("a secret word", "nothing of it")).toEqual([]);
  });
});
