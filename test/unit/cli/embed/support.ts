/** Runs jobs of `together-retrieval embed` in this process, against the emulator on a port. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, vi } from "vitest";
import { readArguments } from "../../../../src/cli/embed/arguments.js";
import { runJob } from "../../../../src/cli/embed/job.js";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../../src/emulator/index.js";

export const MODEL = "me/small";
export const OTHER_MODEL = "me/other";

/** Returns a vector of single-precision numbers that differs for most texts. */
export function vectorOf(text: string): number[] {
  const sum = Array.from(Buffer.from(text)).reduce((total, byte) => (total * 31 + byte) % 65_521, 7);
  return [sum / 65_521, -text.length / 1000, 1 / 3].map(Math.fround);
}

export interface Jobs {
  readonly emulator: Emulator;
  /** Returns the path of a file in a folder that is deleted after the tests. */
  readonly path: (name: string) => string;
  /** Runs a job with `--model`, and returns what it printed. */
  readonly run: (...args: string[]) => Promise<{ stdout: string; stderr: string }>;
  /** Returns the lines of a file, decompressed. */
  readonly lines: (name: string) => Promise<string[]>;
  readonly url: string;
}

/** Starts the emulator before the tests of a file. */
export function useJobs(): Jobs {
  const models = {
    [MODEL]: { type: "embedding", dimensions: 3 },
    [OTHER_MODEL]: { type: "embedding", dimensions: 3 },
  } as const;
  const emulator = createEmulator({ models, embed: (texts) => texts.map(vectorOf) });
  let folder = "";
  let server: EmulatorServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "together-retrieval-"));
    server = await emulator.listen();
    vi.stubEnv("TOGETHER_API_KEY", "any");
    vi.stubEnv("TOGETHER_BASE_URL", server.url);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const path = (name: string): string => join(folder, name);
  return {
    emulator,
    path,
    get url() {
      return server.url;
    },
    run: (...args) =>
      capture(() => runJob(readArguments(["--model", MODEL, ...args]), new AbortController())),
    lines: async (name) => {
      const bytes = await readFile(path(name));
      const text = (name.endsWith(".gz") && bytes.length > 0 ? gunzipSync(bytes) : bytes).toString();
      return text.split("\n").slice(0, -1);
    },
  };
}

async function capture(run: () => Promise<void>): Promise<{ stdout: string; stderr: string }> {
  const printed = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      printed[name] += String(text);
      return true;
    }),
  );
  try {
    await run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return printed;
}
