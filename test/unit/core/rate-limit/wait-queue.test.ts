import { describe, expect, it } from "vitest";
import { WaitQueue, type Waiter } from "../../../../src/core/rate-limit/wait-queue.js";

type Named = Waiter & { readonly name: string };

function waiter(name: string, rank: Waiter["rank"], maxConcurrency = 1): Named {
  return { name, rank, maxConcurrency };
}

function queueOf(...waiters: readonly Named[]): WaitQueue<Named> {
  const queue = new WaitQueue<Named>();
  for (const one of waiters) queue.add(one);
  return queue;
}

/** Returns the names of all waiters in the order in which they are served. */
function serve(queue: WaitQueue<Named>, inFlight = 0): string[] {
  const names: string[] = [];
  for (let one = queue.first(inFlight); one; one = queue.first(inFlight)) {
    names.push(one.name);
    queue.delete(one);
  }
  return names;
}

describe("WaitQueue", () => {
  it("serves by rank, then by arrival", () => {
    const queue = queueOf(waiter("d", 3), waiter("c", 2), waiter("a", 0), waiter("b", 1), waiter("e", 3));
    expect(serve(queue)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("serves by arrival whatever the maxConcurrency of a waiter is", () => {
    const names = ["a", "b", "c", "d", "e"];
    const queue = queueOf(...names.map((name, index) => waiter(name, 3, [8, 2, 8, 4, 2][index])));
    expect(serve(queue)).toEqual(names);
  });

  it("serves a waiter only while fewer requests than its maxConcurrency are in flight", () => {
    const queue = queueOf(waiter("high", 0, 2), waiter("normal", 3, 3));
    expect(queue.first(1)?.name).toBe("high");
    expect(queue.first(2)?.name).toBe("normal");
    expect(queue.first(3)).toBeUndefined();
    expect(queue.empty).toBe(false);
  });

  it("examines no waiter while all of them are at their limit", () => {
    let examined = 0;
    const queue = queueOf({
      ...waiter("a", 2),
      get maxConcurrency() {
        examined += 1;
        return 5;
      },
    });
    examined = 0;
    expect([queue.first(5), queue.first(6), examined]).toEqual([undefined, undefined, 0]);
    expect([queue.first(4)?.name, examined]).toEqual(["a", 1]);
  });

  it("is empty when its last waiter is deleted", () => {
    const waiters = [waiter("a", 0), waiter("b", 0), waiter("c", 3)] as const;
    const queue = queueOf();
    expect(queue.empty).toBe(true);
    for (const one of waiters) queue.add(one);
    for (const one of waiters) {
      expect(queue.empty).toBe(false);
      queue.delete(one);
    }
    expect(queue.empty).toBe(true);
    expect(queue.first(0)).toBeUndefined();
  });

  it("keeps the others when a waiter is deleted, or one that does not wait", () => {
    const [first, second] = [waiter("first", 2), waiter("second", 2)];
    const queue = queueOf(first, second);
    queue.delete(waiter("unknown", 2));
    queue.delete(waiter("unknown", 2, 9));
    queue.delete(first);
    expect(serve(queue)).toEqual(["second"]);
  });

  it("lists every waiter", () => {
    const waiters = [waiter("a", 0, 2), waiter("b", 0, 4), waiter("c", 3)];
    expect(queueOf(...waiters).all()).toEqual(waiters);
    expect(queueOf().all()).toEqual([]);
  });
});
