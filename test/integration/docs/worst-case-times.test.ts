/** The table of worst-case times in docs/guides/retries-and-timeouts.md, measured with fake timers. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator, type Emulator, type Fault } from "../../../src/emulator/index.js";
import { Embedder, type EmbedderOptions } from "../../../src/index.js";
import { timed, useVirtualTime } from "../../support/time.js";
import { ROOT } from "./blocks.js";
import { tableRows } from "./tables.js";

const PAGE = readFileSync(join(ROOT, "docs", "guides", "retries-and-timeouts.md"), "utf8");
const rows = tableRows(PAGE, "situation").map(([situation = "", call = "", longest = ""]) => ({
  situation,
  call,
  longest,
}));

/** The delay of a response just before the default `timeout`, in milliseconds. */
const LATE = 59_900;

/** The fault of all requests, the number of texts, and whether the model has succeeded before. */
interface Scenario {
  readonly fault: Fault;
  readonly texts?: number;
  readonly hasSucceeded?: boolean;
  /** `false`: other requests succeed during the call. */
  readonly isAlone?: false;
}

const SCENARIOS: Record<string, Scenario> = {
  "a 4xx other than 408, 409, 425 and 429": { fault: { status: 400, delay: LATE } },
  "a `retry-after` above `retryDeadline`": {
    fault: { status: 503, headers: { "retry-after": "121" }, delay: LATE },
  },
  "429s to all requests": { fault: { status: 429, delay: LATE }, texts: 20, hasSucceeded: true },
  "no connection, and the address has never responded": { fault: "reset" },
  "a 503 at once": { fault: { status: 503 }, hasSucceeded: true },
  "a 503 at once, with `retry-after: 10`": {
    fault: { status: 503, headers: { "retry-after": "10" } },
    texts: 20,
  },
  "no response within `timeout`": { fault: "hang", hasSucceeded: true },
  "a 500 at once": { fault: { status: 500 }, texts: 300, hasSucceeded: true },
  "a 503 just before `timeout`": { fault: { status: 503, delay: LATE }, hasSucceeded: true },
  "a 503 to one request, while others succeed": {
    fault: { status: 503, delay: LATE },
    hasSucceeded: true,
    isAlone: false,
  },
  "no response within `timeout`, and the address has never responded": { fault: "hang" },
};

useVirtualTime();

beforeEach(() => {
  // Each retry has its longest delay.
  vi.spyOn(Math, "random").mockReturnValue(0.999_999);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the table of worst-case times", () => {
  it("has a scenario for each row, and a row for each scenario", () => {
    expect(rows.map(({ situation }) => situation)).toEqual(expect.arrayContaining(Object.keys(SCENARIOS)));
    expect(rows.filter(({ situation }) => !SCENARIOS[situation])).toEqual([]);
  });

  it.each(rows)("gives the time that $call can take after $situation: $longest", async (row) => {
    const scenario = SCENARIOS[row.situation] as Scenario;
    const seconds = await secondsUntilError(scenario, row.call !== "documents");
    const longest = Number.parseFloat(row.longest);
    expect(seconds).toBeLessThanOrEqual(longest + 0.5);
    expect(seconds).toBeGreaterThan(0.95 * longest);
  });
});

describe("the options for a user who waits", () => {
  it.each(["hang", { status: 429 }] as const)("end a query within 10.1 s after %o", async (fault) => {
    const emulator = createEmulator({ faults: () => fault });
    const options = { maxRetries: 1, timeout: 5_000, retryDeadline: 5_000 };
    const seconds = (await timed(embedderOn(emulator, options).embedQuery("a query"))) / 1000;
    expect(seconds).toBeLessThanOrEqual(10.1);
  });
});

async function secondsUntilError(scenario: Scenario, isQuery: boolean): Promise<number> {
  const { fault, texts = 1, hasSucceeded = false, isAlone = true } = scenario;
  const emulator = createEmulator();
  const embedder = embedderOn(emulator);
  if (hasSucceeded) await Promise.all([embedder.embed(["first"]), vi.advanceTimersByTimeAsync(10)]);
  emulator.setFaults(({ body }) => (JSON.stringify(body).includes("other") ? "ok" : fault));
  const list = Array.from({ length: texts }, (_, index) => `text ${index}`);
  const others = isAlone ? undefined : startOthers(embedder);
  const work = isQuery ? list.map((text) => embedder.embedQuery(text)) : [embedder.embed(list)];
  const seconds = (await timed(Promise.any(work))) / 1000;
  clearTimeout(others?.timer);
  return seconds;
}

/** Embeds another text every second. */
function startOthers(embedder: Embedder): { timer: ReturnType<typeof setTimeout> | undefined } {
  const others: { timer: ReturnType<typeof setTimeout> | undefined } = { timer: undefined };
  const next = (count: number): void => {
    void embedder.embed([`other ${count}`]);
    others.timer = setTimeout(() => next(count + 1), 1000);
  };
  next(0);
  return others;
}

function embedderOn({ fetch }: Emulator, own: Partial<EmbedderOptions> = {}): Embedder {
  return new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch, batchSize: 1, ...own });
}
