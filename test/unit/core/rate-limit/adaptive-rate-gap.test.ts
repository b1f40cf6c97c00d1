import { describe, expect, it } from "vitest";
import { Pace } from "../../../../src/core/rate-limit/pacer.js";

describe("a pace learned from small requests", () => {
  it("does not hold up what comes after a large one for longer than a few seconds", () => {
    const pace = new Pace();
    pace.sendAt(0, 0, 16, false);
    // A query of five tokens is refused while a batch of six thousand is still being paid off.
    const query = pace.sent(400, 5);
    pace.refused(900, query, { by: "tokens", reset: undefined }, 0);
    pace.sent(2000, 6000);
    expect(pace.ratePerSecond).toBeLessThan(10);
    expect(pace.sendAt(2000, 1, 16, false)).toBeLessThan(2000 + 3000);
  });
});
