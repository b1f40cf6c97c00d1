/** The longest durations in README. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEmulator, type Faults } from "../../../src/emulator/index.js";
import { Embedder } from "../../../src/index.js";
import { rejection } from "../../support/emulate.js";
import { timed, useVirtualTime } from "../../support/time.js";
import { ROOT } from "./blocks.js";

const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** Returns the number of seconds in a sentence of README. In `sentence`, `#` is the number. */
function secondsIn(sentence: string): number {
  const [before = "", after = ""] = sentence.split("#");
  const [, found = ""] = README.split(before);
  const seconds = Number.parseInt(found);
  if (!found.startsWith(`${seconds}${after}`)) throw new Error(`README has no sentence "${sentence}"`);
  return seconds;
}

function embedder(faults: Faults): Embedder {
  const { fetch } = createEmulator({ faults });
  return new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch });
}

describe("README", () => {
  useVirtualTime();

  // The longest possible delays with jitter.
  beforeEach(() => {
    vi.spyOn(Math, "random").mockReturnValue(1 - Number.EPSILON);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("names the time after which a query to a server without a response fails", async () => {
    const call = rejection(embedder(() => "hang").embedQuery("How do bees live?"));
    const seconds = secondsIn("costs a query at most # s");
    expect((await timed(call)) / 1000).toBeCloseTo(seconds, 0);
    expect(await call).toMatchObject({ code: "timeout" });
  });

  it("names the longest sum of the delays between retries", async () => {
    const call = rejection(embedder(() => ({ status: 500 })).embedQuery("How do bees live?"));
    const seconds = secondsIn("The delays add up to at most # s");
    const spent = (await timed(call)) / 1000;
    expect(spent).toBeGreaterThan(seconds / 2);
    expect(spent).toBeLessThanOrEqual(seconds);
  });

  it.each([
    ["a 429", 429, "rate_limited", "fail after # s (`retryDeadline`) without a success"],
    ["a 503", 503, "server_error", "Documents wait for up to # s"],
  ])("names the time after which documents fail that receive only %s", async (_, status, code, sentence) => {
    const call = rejection(embedder(() => ({ status })).embed(["Rust eats iron."]));
    expect((await timed(call)) / 1000).toBeCloseTo(secondsIn(sentence), 0);
    expect(await call).toMatchObject({ code });
  });
});
