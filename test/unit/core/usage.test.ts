import { describe, expect, it } from "vitest";
import { UsageTotal } from "../../../src/core/usage.js";

describe("UsageTotal", () => {
  it("sums up the usage of all responses that report one", () => {
    const total = new UsageTotal();
    expect(total.usage()).toEqual({ promptTokens: 0, totalTokens: 0 });
    total.add({ promptTokens: 3, totalTokens: 5 });
    total.add(undefined);
    total.add({ promptTokens: 10, totalTokens: 20 });
    expect(total.usage()).toEqual({ promptTokens: 13, totalTokens: 25 });
  });
});
