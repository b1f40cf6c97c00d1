import { expect, it } from "vitest";
import { UsageTotal } from "../../../src/core/usage.js";

it("a bill is the sum of what each answer says, where it says it", () => {
  const bill = new UsageTotal();
  expect(bill.usage()).toEqual({ promptTokens: 0, totalTokens: 0 });
  bill.add({ promptTokens: 3, totalTokens: 5 });
  bill.add(undefined);
  bill.add({ promptTokens: 10, totalTokens: 20 });
  expect(bill.usage()).toEqual({ promptTokens: 13, totalTokens: 25 });
});
