import { describe, expect, it } from "vitest";
import { dryRunOf, formatDryRun } from "../../../../src/cli/embed/dry-run.js";

const estimate = {
  cached: 0,
  tokensAreEstimated: true,
  texts: 1_000_000,
  uniqueTexts: 900_000,
  tokens: 46_000_000,
  requests: 7813,
  tooLong: [4, 9],
};
const counts = { done: 200, malformed: 3 };

describe("table of a dry run", () => {
  it("shows what would be sent, and no price without prices", () => {
    const prices = { perMillion: undefined, perHour: undefined, textsPerSecond: undefined };
    expect(formatDryRun(dryRunOf(estimate, counts, prices), prices)).toBe(
      `embedded already     200
texts to embed       1,000,000
without duplicates   900,000
tokens               46,000,000 (estimate)
requests             7,813 (without a rate limit)
too long             2
malformed lines      3
`,
    );
  });

  it("shows the price of the tokens, and the price of the duration", () => {
    const prices = { perMillion: 0.02, perHour: 3.6, textsPerSecond: 50 };
    const dryRun = dryRunOf(estimate, counts, prices);
    expect(dryRun).toMatchObject({ tokenCost: 0.92, hours: 5, hourCost: 18 });
    expect(formatDryRun(dryRun, prices)).toMatch(
      /^price of the tokens {2}\$0\.92 at \$0\.02 per million\ntime {17}5 h 0 min at 50 texts\/s\nprice of the time {4}\$18\.00 at \$3\.6 per hour\n$/m,
    );
  });
});
