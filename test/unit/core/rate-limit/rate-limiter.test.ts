import { inspect } from "node:util";
import { describe, expect, it, vi } from "vitest";
import {
  Throttle,
  throttleFor,
  type Lane,
  type Ticket,
} from "../../../../src/core/rate-limit/rate-limiter.js";
import { breathe, pass, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

/** Lines up for a turn and notes when it comes. */
function enter(
  throttle: Throttle,
  name: string,
  log: string[],
  own: { lane?: Lane; again?: boolean; ceiling?: number; signal?: AbortSignal; nothing?: boolean } = {},
): Promise<Ticket | undefined> {
  const { lane = "documents", again = false, ceiling = 1, signal = new AbortController().signal } = own;
  const entered = throttle.enter({
    lane,
    again,
    ceiling,
    since: performance.now(),
    signal,
    prepare: () => {
      log.push(name);
      return own.nothing ? undefined : 10;
    },
  });
  entered.catch(() => {});
  return entered;
}

describe("a throttle", () => {
  it("lets queries go before documents, and in each lane what was sent before before what was not", async () => {
    const throttle = new Throttle();
    const log: string[] = [];
    const first = await enter(throttle, "first", log);
    const waiting = [
      enter(throttle, "documents", log),
      enter(throttle, "documents again", log, { again: true }),
      enter(throttle, "query", log, { lane: "query" }),
      enter(throttle, "query again", log, { lane: "query", again: true }),
      enter(throttle, "documents, later", log),
    ];
    first?.succeeded();
    for (const turn of [3, 2, 1, 0, 4]) (await waiting[turn])?.succeeded();
    expect(log).toEqual([
      "first",
      "query again",
      "query",
      "documents again",
      "documents",
      "documents, later",
    ]);
    expect(throttle.idle).toBe(true);
  });

  it("has never more under way than the ceiling of whoever leaves", async () => {
    const throttle = new Throttle();
    let underWay = 0;
    let most = 0;
    const job = async (): Promise<void> => {
      const ticket = await enter(throttle, "job", [], { ceiling: 3 });
      most = Math.max(most, (underWay += 1));
      expect(ticket?.inFlight).toBe(underWay);
      await new Promise((resolve) => setTimeout(resolve, 10));
      underWay -= 1;
      ticket?.succeeded();
    };
    const jobs = Array.from({ length: 100 }, job);
    await pass(10_000, 100);
    await Promise.all(jobs);
    expect(most).toBe(3);
  });

  it("opens up to the ceiling while answers come", async () => {
    const throttle = new Throttle();
    let most = 0;
    const job = async (): Promise<void> => {
      const ticket = await enter(throttle, "job", [], { ceiling: 32 });
      most = Math.max(most, ticket?.inFlight ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 50));
      ticket?.succeeded();
    };
    const jobs = Array.from({ length: 500 }, job);
    await pass(20_000, 400);
    await Promise.all(jobs);
    expect(most).toBe(32);
  });

  it("gives no ticket to whom nothing is left to send, and passes the turn on", async () => {
    const throttle = new Throttle();
    const log: string[] = [];
    const first = await enter(throttle, "first", log);
    const idle = enter(throttle, "idle", log, { nothing: true });
    const next = enter(throttle, "next", log);
    first?.released();
    expect(await idle).toBeUndefined();
    const ticket = await next;
    expect(ticket?.request).toBe(2);
    ticket?.released();
    expect(throttle.idle).toBe(true);
  });

  it.each([
    [5000, 5000],
    [undefined, 1],
  ])("pauses everybody after a refusal, for as long as it says: %s", async (reset, least) => {
    const throttle = new Throttle();
    const log: string[] = [];
    const refused = (await enter(throttle, "first", log, { ceiling: 8 }))?.refused(reset, "requests");
    expect(refused?.delayMs).toBeGreaterThanOrEqual(least);
    expect(refused?.ratePerSecond).toBeGreaterThan(0);
    expect(throttle.limit).toEqual({ by: "requests", perSecond: refused?.ratePerSecond });
    const waiting = [
      enter(throttle, "documents", log, { ceiling: 8 }),
      enter(throttle, "query", log, { ceiling: 8, lane: "query" }),
    ];
    await pass(least - 1);
    expect(log).toEqual(["first"]);
    await pass(3 * least + 2000);
    for (const ticket of await Promise.all(waiting)) ticket?.released();
    expect(log).toEqual(["first", "query", "documents"]);
  });

  it("leaves the server alone where everything fails, for as long as a failure says", async () => {
    const throttle = new Throttle();
    const log: string[] = [];
    for (let request = 0; request < 4; request++) {
      (await enter(throttle, "fails", log, { ceiling: 8 }))?.failed(3000);
    }
    const next = enter(throttle, "next", log, { ceiling: 8 });
    await pass(2900);
    expect(log).not.toContain("next");
    await pass(200);
    (await next)?.released();
    expect(log).toContain("next");
  });

  it("lets the next go as soon as a pause is over, however old it has become", async () => {
    const throttle = new Throttle();
    await pass(60_000);
    const log: string[] = [];
    const refused = (await enter(throttle, "first", log))?.refused(5000, "requests");
    const next = enter(throttle, "next", log);
    await pass(refused?.delayMs ?? 0);
    await pass(100);
    expect(log).toEqual(["first", "next"]);
    (await next)?.released();
  });

  it("forgets whoever gives up while waiting, and lets the next go", async () => {
    const throttle = new Throttle();
    const log: string[] = [];
    const first = await enter(throttle, "first", log);
    const controller = new AbortController();
    const leaving = enter(throttle, "leaving", log, { signal: controller.signal, lane: "query" });
    const staying = enter(throttle, "staying", log);
    controller.abort("gone");
    await expect(leaving).rejects.toBe("gone");
    first?.released();
    (await staying)?.released();
    expect(log).toEqual(["first", "staying"]);
    expect(throttle.idle).toBe(true);
  });

  it("lets four leave in the first moment, of documents, and queries beside them", async () => {
    const throttle = new Throttle();
    const log: string[] = [];
    const documents = ["1", "2", "3", "4", "5"].map((name) => enter(throttle, name, log, { ceiling: 16 }));
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4"]);
    const query = enter(throttle, "query", log, { ceiling: 16, lane: "query" });
    await breathe();
    expect(log).toEqual(["1", "2", "3", "4", "query"]);
    await pass(1000);
    for (const ticket of await Promise.all([...documents, query])) ticket?.released();
  });

  it("sets no clock while it waits for an answer", async () => {
    const throttle = new Throttle();
    const first = await enter(throttle, "first", []);
    const waiting = enter(throttle, "waiting", []);
    expect(vi.getTimerCount()).toBe(0);
    first?.released();
    (await waiting)?.released();
  });

  it("is not idle while somebody waits for the end of a pause", async () => {
    const throttle = new Throttle();
    (await enter(throttle, "first", []))?.refused(5000, "requests");
    const waiting = enter(throttle, "waiting", []);
    expect(throttle.idle).toBe(false);
    await pass(6000);
    (await waiting)?.released();
    expect(throttle.idle).toBe(true);
  });

  it("is idle when nothing is under way and nothing waits", async () => {
    const throttle = new Throttle();
    expect(throttle.idle).toBe(true);
    const ticket = await enter(throttle, "first", []);
    expect(throttle.idle).toBe(false);
    const waiting = enter(throttle, "waiting", []);
    ticket?.failed(0);
    await breathe();
    expect(throttle.idle).toBe(false);
    (await waiting)?.released();
    expect(throttle.idle).toBe(true);
  });
});

describe("throttleFor()", () => {
  const identity = { fetch: () => {}, origin: "https://example.com", apiKey: "k", model: "m" };

  it("is the same for everybody with the same fetch, origin, key and model", () => {
    const throttle = throttleFor(identity);
    expect(throttleFor({ ...identity })).toBe(throttle);
    for (const other of [
      { fetch: () => {} },
      { origin: "https://example.org" },
      { apiKey: "another" },
      { model: "another" },
    ]) {
      expect(throttleFor({ ...identity, ...other })).not.toBe(throttle);
    }
  });

  it("is the same for another copy of this package, as its other build is one", async () => {
    vi.resetModules();
    const copy = await import("../../../../src/core/rate-limit/rate-limiter.js");
    expect(copy.throttleFor).not.toBe(throttleFor);
    expect(copy.throttleFor(identity)).toBe(throttleFor(identity));
  });

  it("keeps those that rest while there are few", () => {
    const fetch = {};
    const resting = throttleFor({ ...identity, fetch, model: "resting" });
    for (let model = 0; model < 20; model++) throttleFor({ ...identity, fetch, model: String(model) });
    expect(throttleFor({ ...identity, fetch, model: "resting" })).toBe(resting);
  });

  it("lets go of those that rest when there are many, and never of one in use", async () => {
    const fetch = {};
    const using = throttleFor({ ...identity, fetch, model: "in use" });
    const ticket = await enter(using, "in use", []);
    const resting = throttleFor({ ...identity, fetch, model: "resting" });
    for (let model = 0; model < 1000; model++) throttleFor({ ...identity, fetch, model: String(model) });
    expect(throttleFor({ ...identity, fetch, model: "resting" })).not.toBe(resting);
    expect(throttleFor({ ...identity, fetch, model: "in use" })).toBe(using);
    ticket?.released();
  });

  it("hides the keys it knows from whoever inspects the global object", () => {
    throttleFor({ ...identity, apiKey: "tgp_v1_hidden" });
    const shared = Object.getOwnPropertySymbols(globalThis).filter((symbol) =>
      String(symbol.description).startsWith("together-retrieval"),
    );
    expect(shared.length).toBe(1);
    const values = shared.map((symbol) => (globalThis as Record<symbol, unknown>)[symbol]);
    expect(inspect(values, { depth: Infinity, showHidden: true })).not.toContain("hidden");
  });
});
