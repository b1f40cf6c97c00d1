import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  describeReflected,
  DISGUISES,
  leaksOf,
  runs,
  servers,
  serversOf,
  showReflected,
} from "../../support/reflection.js";
import { useVirtualTime } from "../../support/time.js";

const KEY = "tgp_v1_Canary-Key-Quetzalcoatl-0x4711";
const TEXT = "Frau Müller-Żółć zahlt mit 4711 0815 2342 9001";

const names = Object.keys(DISGUISES) as (keyof typeof DISGUISES)[];

// Stacks differ between runs, and need most of the time.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe("TogetherError", () => {
  it("is the same for other keys and texts, with 100,000 servers that repeat them", () => {
    let cases = 0;
    const isSame = fc.property(runs, servers(4), ([one, other], all) => {
      for (const server of all) {
        cases += 1;
        if (describeReflected(server, one) !== describeReflected(server, other))
          throw new Error(JSON.stringify(server));
      }
    });
    fc.assert(isSame, { numRuns: 1924 });
    expect(cases).toBeGreaterThan(100_000);
  });

  it.each(names)("contains neither key nor text if all fields of a response repeat them %s", (disguise) => {
    const sent = { key: KEY, text: TEXT };
    const all = [...serversOf(disguise, "text"), ...serversOf(disguise, "key")];
    const shown = all.map((server) => describeReflected(server, sent)).join("\n");
    expect([...leaksOf(KEY, shown), ...leaksOf(TEXT, shown)]).toEqual([]);
  });
});

describe("errors, events, logs and objects", () => {
  useVirtualTime();

  it("equals those for other keys and texts, with 650 servers that repeat them", async () => {
    const isSame = fc.asyncProperty(runs, servers(1), async ([one, other], all) => {
      for (const server of all)
        expect(await showReflected(server, one)).toBe(await showReflected(server, other));
    });
    await fc.assert(isSame, { numRuns: 50 });
  });

  it.each(names)("contains neither key nor text if a server repeats them %s", async (disguise) => {
    const sent = { key: KEY, text: TEXT };
    const all = [...serversOf(disguise, "text"), ...serversOf(disguise, "key")];
    let shown = "";
    for (const server of all.filter((_, index) => index % 13 === 0))
      shown += await showReflected(server, sent);
    expect(shown.length).toBeGreaterThan(10_000);
    expect([...leaksOf(KEY, shown), ...leaksOf(TEXT, shown)]).toEqual([]);
  });
});
