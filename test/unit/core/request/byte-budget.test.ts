import { describe, expect, it } from "vitest";
import { ByteBudget } from "../../../../src/core/request/byte-budget.js";
import { breathe } from "../../../support/time.js";

const MB = 2 ** 20;

/** Counts bytes, and records when the response may continue. */
function add(lease: ReturnType<ByteBudget["open"]>, bytes: number): { done: boolean } {
  const turn = lease.add(bytes);
  const state = { done: turn === undefined };
  void turn?.then(() => (state.done = true));
  return state;
}

describe("ByteBudget", () => {
  it("accepts responses without a delay until they exceed the budget together", () => {
    const budget = new ByteBudget(4 * MB);
    expect(budget.open().add(2 * MB)).toBeUndefined();
    expect(budget.open().add(2 * MB)).toBeUndefined();
  });

  it("accepts one response beyond the budget, and delays the others until it ends", async () => {
    const budget = new ByteBudget(4 * MB);
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    expect(add(first, 5 * MB).done).toBe(true);
    expect(add(first, 60 * MB).done).toBe(true);
    const [two, three] = [add(second, MB), add(third, MB)];
    await breathe();
    expect([two.done, three.done]).toEqual([false, false]);
    first.release();
    await breathe();
    expect([two.done, three.done]).toEqual([true, true]);
  });

  it("prefers the response that has waited longest", async () => {
    const budget = new ByteBudget(4 * MB);
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    add(first, 5 * MB);
    const [two, three] = [add(second, 3 * MB), add(third, 3 * MB)];
    first.release();
    await breathe();
    expect([two.done, three.done]).toEqual([true, false]);
    second.release();
    await breathe();
    expect(three.done).toBe(true);
  });

  it("never delays a small response, such as that of a query", () => {
    const budget = new ByteBudget(4 * MB);
    void budget.open().add(5 * MB);
    expect(budget.open().add(100_000)).toBeUndefined();
  });

  it("removes a waiting response that is aborted", async () => {
    const budget = new ByteBudget(4 * MB);
    const [first, second, third] = [budget.open(), budget.open(), budget.open()];
    add(first, 5 * MB);
    add(second, 3 * MB);
    const three = add(third, 3 * MB);
    second.release();
    second.release();
    await breathe();
    expect(three.done).toBe(false);
    first.release();
    await breathe();
    expect(three.done).toBe(true);
  });
});
