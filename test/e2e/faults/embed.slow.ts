/** Runs the built command `together-retrieval embed` in its own process, as users do. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { run, type Outcome } from "../../support/program.js";
import { corpus, MODEL, SERVED, wrongVectors } from "./vectors.js";

const BATCH = 10;
const CONCURRENCY = 8;
const texts = corpus(2000);

const emulator = createEmulator({ ...SERVED, latency: 20 });
const children: ChildProcess[] = [];
let server: EmulatorServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "together-retrieval-"));
  await writeFile(path("in.jsonl"), texts.map((text, id) => `${JSON.stringify({ id, text })}\n`).join(""));
  server = await emulator.listen();
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function path(name: string): string {
  return join(folder, name);
}

function variables(): NodeJS.ProcessEnv {
  return { ...process.env, TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: server.url };
}

function argumentsFor(...args: string[]): string[] {
  const sizes = ["--batch-size", String(BATCH), "--max-concurrency", String(CONCURRENCY)];
  return ["dist/cli.js", "embed", "--model", MODEL, ...sizes, ...args];
}

/** Runs the command, and waits until it ends. */
function embed(args: string[], input?: string): Promise<Outcome> {
  return run(process.execPath, argumentsFor(...args), {
    env: variables(),
    ...(input !== undefined && { input }),
  });
}

/** Starts the command, and waits until its output has the given number of bytes. */
async function startUntil(output: string, bytes: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, argumentsFor(path("in.jsonl"), "--out", path(output)), {
    env: variables(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  await vi.waitFor(
    async () => {
      expect((await stat(path(output))).size).toBeGreaterThanOrEqual(bytes);
    },
    { timeout: 20_000, interval: 2 },
  );
  expect(child.exitCode).toBeNull();
  return child;
}

/** Asserts that an output has each text once, in order, with its own vector. */
function expectWhole(output: string, wanted = texts): void {
  const lines = output.split("\n").slice(0, -1);
  const parsed = lines.map((line) => JSON.parse(line) as { id: number; text: string; embedding: number[] });
  expect(parsed.map(({ id }) => id)).toEqual(wanted.map((_, id) => id));
  expect(parsed.map(({ text }) => text)).toEqual(wanted);
  expect(
    wrongVectors(
      wanted,
      parsed.map(({ embedding }) => Float32Array.from(embedding)),
    ),
  ).toEqual([]);
}

describe("together-retrieval embed", () => {
  it.each(["out.jsonl", "out.jsonl.gz"])(
    "resumes %s after three kills, without a missing or repeated line",
    async (name) => {
      emulator.clear();
      const wholeSize = name.endsWith(".gz") ? 600_000 : 1_500_000;
      for (const share of [0.2, 0.4, 0.6]) {
        const child = await startUntil(name, share * wholeSize);
        child.kill("SIGKILL");
        await once(child, "exit");
      }
      expect(existsSync(path(`${name}.job`))).toBe(true);
      expect(await embed([path("in.jsonl"), "--out", path(name)])).toMatchObject({ exitCode: 0 });
      const bytes = await readFile(path(name));
      expectWhole((name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
      const twice = emulator.totals.texts - texts.length;
      console.log(`${name}: ${twice} of ${texts.length} texts embedded twice after three kills`);
      // Each kill loses the texts in flight, and at most as many whose vectors were not written yet.
      expect(twice).toBeLessThanOrEqual(3 * 2 * CONCURRENCY * BATCH);
      expect(existsSync(path(`${name}.job`))).toBe(false);
    },
  );

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("exits after %s with %i, prints how to resume, and resumes", async (signal, exitCode) => {
    const name = `${signal}.jsonl`;
    const child = await startUntil(name, 200_000);
    const stderr = new Promise<string>((resolve) =>
      child.stderr?.once("data", (text) => resolve(String(text))),
    );
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([exitCode, null]);
    expect(await stderr).toMatch(
      new RegExp(
        `^Stopped by ${signal}\\.\n.+ has [\\d,]+ of 2,000 lines; run the same command to resume\\.\n$`,
      ),
    );
    const { exitCode: resumed } = await embed([path("in.jsonl"), "--out", path(name)]);
    expect(resumed).toBe(0);
    expectWhole(await readFile(path(name), "utf8"));
  });

  it("rejects an output to which another process writes", async () => {
    const child = await startUntil("held.jsonl", 1);
    const { exitCode, stderr } = await embed([path("in.jsonl"), "--out", path("held.jsonl")]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: `Cannot write ${path("held.jsonl")}: process ${child.pid} writes to it; wait until that process has ended, or stop it\n`,
    });
  });

  it("reads standard input and writes standard output, with only vectors there", async () => {
    const some = texts.slice(0, 500);
    const input = some.map((text, id) => `${JSON.stringify({ id, text })}\n`).join("");
    const { exitCode, stdout, stderr } = await embed(["-", "--json"], input);
    expect(exitCode).toBe(0);
    expectWhole(stdout, some);
    expect(JSON.parse(stderr)).toMatchObject({ texts: some.length });
  });

  it("writes the lines before a malformed one of standard input, and exits with 2", async () => {
    const { exitCode, stdout, stderr } = await embed([], '{"text":"a"}\n{"text":}\n{"text":"b"}\n');
    expect(exitCode).toBe(2);
    expect(stdout).toMatch(/^\{"text":"a","embedding":\[[^\n]+\]\}\n$/);
    expect(stderr).toBe(
      "Cannot embed standard input: line 2 is not JSON; correct it, or add --skip-invalid <file>\n",
    );
    const skipped = await embed(
      ["--skip-invalid", path("bad.jsonl")],
      '{"text":"a"}\n{"text":}\n{"text":"b"}\n',
    );
    expect(skipped.stdout.split("\n")).toHaveLength(3);
    expect(await readFile(path("bad.jsonl"), "utf8")).toBe('{"text":}\n');
  });

  it("ends without an error when the reader closes the pipe", async () => {
    const child = spawn(process.execPath, argumentsFor(path("in.jsonl")), {
      env: variables(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    let stderr = "";
    child.stderr.on("data", (text) => (stderr += String(text)));
    child.stdout.once("data", () => child.stdout.destroy());
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(stderr).toBe("");
  });

  it.runIf(existsSync("/dev/full"))("exits with 1 and the reason when the disk is full", async () => {
    const { exitCode, stderr } = await embed([path("in.jsonl"), "--out", "/dev/full"]);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: "Cannot write /dev/full: the disk is full; free some space\n",
    });
  });

  it.each([
    [["none.jsonl"], "Cannot embed none.jsonl: there is no such file; check the path"],
    [["src"], "Cannot embed src: it is a folder; name a file"],
    [
      ["package.json", "--out", "none/out.jsonl", "--skip-invalid", "none/bad.jsonl"],
      "Cannot write none/bad.jsonl: there is no such file or folder; check the path",
    ],
  ])("exits with 1 and one sentence for the files %j", async (args, sentence) => {
    expect(await embed(args)).toEqual({ exitCode: 1, stdout: "", stderr: `${sentence}\n` });
  });
});
