import { afterEach, describe, expect, it, vi } from "vitest";
import { probeCommand } from "../../../src/cli/probe.js";
import { createEmulator } from "../../../src/emulator/index.js";

const ARGS = ["--model", "BAAI/bge-large-en-v1.5", "--base-url", "http://127.0.0.1:9/v1"];
const CONNECTION_LOST =
  "Cannot probe the endpoint: the connection was lost, or a response took longer than 120 s; retry";

/** Runs the command against an emulator whose third and later requests throw `error`. */
async function runWithFailure(error: unknown): Promise<unknown> {
  const emulator = createEmulator();
  let requests = 0;
  vi.spyOn(console, "error").mockImplementation(() => {});
  vi.stubEnv("TOGETHER_API_KEY", "any");
  vi.stubGlobal("fetch", async (input: string, init: RequestInit) => {
    requests += 1;
    if (requests > 2) throw error;
    return emulator.fetch(input, init);
  });
  return probeCommand.run(ARGS).then(
    () => "no error",
    (reason: unknown) => reason,
  );
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

describe("together-retrieval probe when a request throws", () => {
  it.each([
    ["a refused connection", new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })],
    ["a truncated response", new TypeError("terminated", { cause: new Error("other side closed") })],
    ["a system error", Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" })],
    ["a timeout", new DOMException("The operation was aborted due to timeout", "TimeoutError")],
  ])("reports %s as a lost connection", async (_, error) => {
    expect(await runWithFailure(error)).toMatchObject({ message: CONNECTION_LOST });
  });

  it.each([
    ["a TypeError of a bug", new TypeError("Cannot read properties of undefined (reading 'data')")],
    ["a RangeError", new RangeError("Invalid array length")],
    ["a ReferenceError", new ReferenceError("vectors is not defined")],
    ["an invalid argument", Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL" })],
  ])("rethrows %s unchanged", async (_, error) => {
    expect(await runWithFailure(error)).toBe(error);
  });
});
