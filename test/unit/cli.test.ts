import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { runCommand, type Outcome } from "../support/program.js";

type Child = ChildProcessByStdio<null, Readable, Readable>;
const children: Child[] = [];

function start(...args: string[]): Child {
  const child = spawn(process.execPath, ["dist/cli.js", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Runs a command until it exits. */
function run(...args: string[]): Promise<Outcome> {
  return runCommand(args);
}

/** Returns the first line of the output as soon as it is printed. */
function firstLine({ stdout }: Child): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    stdout.on("data", (piece) => {
      text += String(piece);
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    stdout.once("end", () => reject(new Error(`no line was printed, only: ${text}`)));
  });
}

describe("together-retrieval", () => {
  it("prints its help and its version", async () => {
    const [help, version] = await Promise.all([run("--help"), run("--version")]);
    expect(help).toMatchObject({ exitCode: 0, stderr: "" });
    expect(help.stdout).toMatch(/^Usage: together-retrieval <command>[^]*models[^]*emulator/);
    expect(version).toEqual({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  });

  it.each([
    [
      [],
      "Cannot run together-retrieval: no command is given; use one of: models, probe, embed, emulator, or --help",
    ],
    [
      ["serve"],
      'Cannot run together-retrieval: there is no command "serve"; use one of: models, probe, embed, emulator, or --help',
    ],
    [
      ["emulator", "--prot", "1"],
      "Cannot start the emulator: unknown option '--prot'; see together-retrieval emulator --help",
    ],
    [
      ["emulator", "8080"],
      "Cannot start the emulator: unexpected argument '8080'; see together-retrieval emulator --help",
    ],
    [
      ["emulator", "--latecy", "5"],
      "Cannot start the emulator: unknown option '--latecy'; did you mean --latency?",
    ],
    [
      ["emulator", "--host", ""],
      "Cannot start the emulator: --host is empty; use a name or an address without a port, such as 127.0.0.1",
    ],
    [
      ["emulator", "--port"],
      "Cannot start the emulator: option '--port <value>' argument missing; see together-retrieval emulator --help",
    ],
    [
      ["emulator", "--port", "http"],
      'Cannot start the emulator: --port is "http"; use an integer from 0 to 65535',
    ],
    [["emulator", "--port", ""], 'Cannot start the emulator: --port is ""; use an integer from 0 to 65535'],
    [
      ["emulator", "--workers", "1.5"],
      'Cannot start the emulator: --workers is "1.5"; use an integer of 1 or more',
    ],
    [
      ["emulator", "--latency", "Infinity"],
      'Cannot start the emulator: --latency is "Infinity"; use a number from 0 to 2147483647',
    ],
    [["embed", "in.jsonl"], "Cannot embed in.jsonl: no model is set; use --model"],
  ])("exits with 2 and one sentence for the invalid arguments %j", async (args, sentence) => {
    expect(await run(...args)).toEqual({ exitCode: 2, stdout: "", stderr: `${sentence}\n` });
  });
});

describe("together-retrieval on an unsupported Node version", () => {
  it("exits with 1 and one sentence", async () => {
    const old = 'Object.defineProperty(process.versions, "node", { value: "18.20.8" })';
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(old)}` };
    expect(await runCommand(["--version"], { env })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "Cannot run together-retrieval: this is Node 18.20.8; install Node 20 or later\n",
    });
  });
});

describe("together-retrieval emulator", () => {
  it("prints its help", async () => {
    const { exitCode, stdout } = await run("emulator", "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/--port[^]*--requests-per-second/);
  });

  it.each<NodeJS.Signals>(["SIGINT", "SIGTERM"])(
    "serves at the URL in its first line until %s and exits with 0",
    async (signal) => {
      const child = start("emulator", "--port", "0", "--requests-per-second", "1");
      const url = await firstLine(child);
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/);
      const ask = (): Promise<Response> =>
        fetch(`${url}/embeddings`, {
          method: "POST",
          headers: { authorization: "Bearer key" },
          body: JSON.stringify({ model: "BAAI/bge-base-en-v1.5", input: "Hello" }),
        });
      expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
      const ended = new Promise((resolve) => child.once("exit", (code, by) => resolve([code, by])));
      child.kill(signal);
      expect(await ended).toEqual([0, null]);
    },
  );

  it("warns if other machines can reach it, and accepts the names and pages that its flags allow", async () => {
    const child = start("emulator", "--port", "0", "--host", "0.0.0.0", "--cors", "--max-body-bytes", "9");
    const warned = new Promise((resolve) => child.stderr.once("data", (text) => resolve(String(text))));
    const url = await firstLine(child);
    expect(await warned).toBe(
      "Warning: every machine that reaches 0.0.0.0 can use this emulator; omit --host to serve this machine only\n",
    );
    const response = await fetch(`${url.replace("0.0.0.0", "127.0.0.1")}/embeddings`, {
      method: "POST",
      headers: { authorization: "Bearer key", origin: "https://page.example" },
      body: "0123456789",
    });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([413, "*"]);
  });

  it("exits with 1 and one sentence for a port in use and for an address of another machine", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    const [used, foreign] = await Promise.all([
      run("emulator", "--port", String(port)),
      run("emulator", "--port", "0", "--host", "192.0.2.1"),
    ]);
    taken.close();
    const sentence = `port ${port} is in use; set another with --port, or use --port 0 for a free port`;
    expect(used).toEqual({ exitCode: 1, stdout: "", stderr: `Cannot start the emulator: ${sentence}\n` });
    expect(foreign).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/"192.0.2.1" is not an address/) as string,
    });
  });
});
