import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryBudget } from "../../../../src/core/rate-limit/retry-budget.js";

describe("RetryBudget", () => {
  it("allows ten retries, and one more per ten successes", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300, size: "max" }), (outcomes) => {
        const budget = new RetryBudget();
        let spent = 0;
        let earned = 0;
        for (const succeeded of outcomes) {
          if (succeeded) {
            budget.earn();
            earned += 1;
          } else if (budget.spend()) spent += 1;
          expect(spent).toBeLessThanOrEqual(10 + Math.floor(earned / 10));
        }
        const left = Array.from({ length: 100 }, () => budget.spend()).filter(Boolean).length;
        expect(spent + left).toBe(10 + Math.floor(earned / 10));
      }),
    );
  });
});
