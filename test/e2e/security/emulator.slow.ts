/** Attempts to reach the emulator from a web page, to crash it, to fill its memory, and to use wrong options. */

import { spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { connect } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { emulatorCommand } from "../../../src/cli/emulator.js";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../src/emulator/index.js";

const MODEL = "BAAI/bge-base-en-v1.5";
const BODY = JSON.stringify({ model: MODEL, input: "a text" });
const ON_LINUX = process.platform === "linux";

let emulator: Emulator;
let server: EmulatorServer;
beforeAll(async () => {
  emulator = createEmulator({ keepRequests: 10, keepBodies: false });
  server = await emulator.listen();
});
afterAll(() => server.close());

/** Sends bytes unchanged, and returns the response until the connection ends. */
function raw(bytes: string | Buffer, port = server.port): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(bytes));
    socket.setEncoding("latin1").on("data", (chunk) => (text += String(chunk)));
    // A reset also ends the response.
    socket.on("error", () => resolve(text));
    socket.once("close", () => resolve(text));
  });
}

/** Returns a POST request of a text, with these headers. */
function posted(headers: readonly string[], target = "/v1/embeddings", body = BODY): string {
  const own = headers.some((line) => /^content-length|^transfer-encoding/i.test(line));
  return [
    `POST ${target} HTTP/1.1`,
    "authorization: Bearer key",
    ...(own ? [] : [`content-length: ${Buffer.byteLength(body)}`]),
    ...headers,
    "connection: close",
    "",
    body,
  ].join("\r\n");
}

function statusOf(response: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(response)?.[1]);
}

async function expectAlive(): Promise<void> {
  expect(statusOf(await raw(posted(["host: localhost"])))).toBe(200);
}

describe("web page of another origin", () => {
  it.each([
    "https://evil.example",
    "http://evil.example:8080",
    "null",
    "http://localhost.evil.example",
    "http://evil-localhost",
    "http://127.0.0.1.nip.io",
    "http://localhost:80@evil.example",
    "http://evil.example#localhost",
    "http://evil.example?localhost",
    "http://evil.example/.localhost",
    "http://[::ffff:8.8.8.8]",
    "http://128.0.0.1",
    "file://",
    "data:text/html,x",
    "localhost",
    "http://localhost http://evil.example",
    "http://xn--localhost-9za.example",
  ])("receives nothing with the origin %s", async (origin) => {
    const response = await raw(posted(["host: localhost", `origin: ${origin}`]));
    expect(statusOf(response)).toBe(403);
    expect(response).not.toMatch(/access-control-allow-origin/i);
  });

  it.each([
    "evil.example",
    "evil.example:80",
    "127.0.0.1.nip.io",
    "localhost.evil.example",
    "evil.example.",
    "0",
    "169.254.169.254",
    "[fe80::1]",
    "[::ffff:8.8.8.8]",
  ])("receives nothing after it pointed the name %s at this machine", async (host) => {
    expect(statusOf(await raw(posted([`host: ${host}`])))).toBe(403);
    const list = `GET /v1/models HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;
    expect(statusOf(await raw(list))).toBe(403);
  });

  it("receives no preflight response by a text/plain body, which needs none", async () => {
    const headers = ["host: localhost", "origin: https://evil.example", "content-type: text/plain"];
    expect(statusOf(await raw(posted(headers)))).toBe(403);
  });
});

describe("malformed request", () => {
  it.each<[string, string]>([
    ["a Host that is no URL", posted(["host: ["])],
    ["an empty Host", posted(["host: "])],
    ["a Host with a path", posted(["host: localhost/x"])],
    ["a Host with a user", posted(["host: a@localhost"])],
    ["a Host with a wrong port", posted(["host: localhost:99999"])],
    ["no Host", posted([])],
    ["a whole URL as target", posted(["host: localhost"], "http://evil.example/v1/embeddings")],
    ["a target that is no URL", posted(["host: localhost"], "http://[/v1/embeddings")],
    ["the target *", posted(["host: localhost"], "*")],
    ["a line that is not HTTP", "hello\r\n\r\n"],
    ["bytes of TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
    ["an unknown method", `BREW /v1/embeddings HTTP/1.1\r\nhost: localhost\r\n\r\n`],
    ["a wrong version", `GET / HTTP/9.9\r\nhost: localhost\r\n\r\n`],
    ["a header of 100 kB", posted(["host: localhost", `x: ${"y".repeat(1e5)}`])],
    ["two lengths", posted(["host: localhost", "content-length: 5", "content-length: 6"])],
    ["a negative length", posted(["host: localhost", "content-length: -1"])],
    [
      "a chunk without a size",
      posted(["host: localhost", "transfer-encoding: chunked"], undefined, "zz\r\n"),
    ],
    ["JSON of 1,000,000 brackets", posted(["host: localhost"], undefined, "[".repeat(1e6))],
    [
      "input of 100,000 closed brackets",
      posted(
        ["host: localhost"],
        undefined,
        `{"model":"${MODEL}","input":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
      ),
    ],
    ["bytes that are not UTF-8", posted(["host: localhost"], undefined, "\u{fffd}{")],
    ["a list as model", posted(["host: localhost"], undefined, '{"model":[],"input":"x"}')],
    ["__proto__ as model", posted(["host: localhost"], undefined, '{"model":"__proto__","input":"x"}')],
    [
      "a message without an author",
      posted(["host: localhost"], "/v1/chat/completions", '{"messages":[null]}'),
    ],
    [
      "a part of a message that is null",
      posted(
        ["host: localhost"],
        "/v1/chat/completions",
        '{"model":"meta-llama/Llama-3.3-70B-Instruct-Turbo","messages":[{"role":"user","content":[null]}]}',
      ),
    ],
  ])("causes a 4xx, and no crash: %s", async (_, bytes) => {
    const status = statusOf(await raw(bytes));
    expect(status === 505 || (status >= 400 && status < 500)).toBe(true);
    await expectAlive();
  });

  it.each(["half of a request", "half of a body"])("causes no crash if it ends early", async (what) => {
    const whole = posted(["host: localhost"]);
    await raw(what.includes("body") ? whole.slice(0, -5) : whole.slice(0, 30));
    await expectAlive();
    expect(emulator.inFlight).toBe(0);
  });

  it("causes no 500, for any method, path, headers and body", () => {
    const path = fc.oneof(
      fc.constantFrom("/v1/embeddings", "/v1/rerank", "/v1/chat/completions", "/v1/models", "/"),
      fc.webPath(),
      fc.string(),
    );
    const text = fc.oneof(
      fc.constantFrom("", MODEL, "Salesforce/Llama-Rank-V1"),
      fc.string(),
      fc.jsonValue(),
    );
    const body = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record(
          {
            model: text,
            input: text,
            query: text,
            documents: fc.array(text),
            messages: fc.array(text),
            top_n: text,
          },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
    );
    const header = fc.tuple(
      fc.constantFrom("host", "origin", "authorization", "content-type", "x-any", "expect", "upgrade"),
      fc.string(),
    );
    const method = fc.constantFrom("GET", "POST", "PUT", "OPTIONS", "HEAD", "DELETE", "CONNECT", "get");
    const request = fc.tuple(method, path, fc.array(header), body);
    return fc.assert(
      fc.asyncProperty(request, async ([verb, target, headers, payload]) => {
        const lines = headers.map(([name, value]) => `${name}: ${value}`);
        const bytes = posted(["host: localhost", ...lines], target, payload).replace("POST", verb);
        expect(await raw(bytes)).not.toMatch(/^HTTP\/1\.1 500|The emulator failed/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("large request", () => {
  it("blocks the server for less than two seconds with 100,000 empty inputs", async () => {
    const before = performance.now();
    const body = JSON.stringify({ model: MODEL, input: Array.from({ length: 1e5 }, () => "") });
    expect(statusOf(await raw(posted(["host: localhost"], undefined, body)))).toBe(413);
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it.each<[string, string, object]>([
    ["a word of a million letters", "/v1/embeddings", { model: MODEL, input: "a".repeat(1e6) }],
    ["a million spaces", "/v1/embeddings", { model: MODEL, input: " ".repeat(1e6) }],
    [
      "a question of a million letters",
      "/v1/chat/completions",
      {
        model: "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        messages: [{ role: "user", content: `${"Bees fly far away. ".repeat(5e4)}${"why ".repeat(1e5)}?` }],
      },
    ],
  ])("takes linear time with %s", async (_, path, body) => {
    const before = performance.now();
    expect(statusOf(await raw(posted(["host: localhost"], path, JSON.stringify(body))))).toBe(200);
    expect(performance.now() - before).toBeLessThan(3000);
  });

  it("leaves no account behind from 10,000 keys", async () => {
    const limited = createEmulator({ keepRequests: 0, limits: { requestsPerSecond: 1, growth: {} } });
    const ask = (key: number): Promise<Response> =>
      limited.fetch("http://localhost/v1/models", {
        headers: { authorization: `Bearer ${"k".repeat(1000)}${key}` },
      });
    for (let key = 0; key < 2000; key++) await ask(key);
    const before = heapInUse();
    for (let key = 2000; key < 10_000; key++) await ask(key);
    // 8,000 accounts of 2 kB would need 16 MB.
    expect(heapInUse() - before).toBeLessThan(6e6);
  });
});

describe("wrong argument of the command line", () => {
  it.each<[string[], RegExp]>([
    [["--host", ""], /--host is empty/],
    [["--host", " "], /--host is empty/],
    [["--host", "http://127.0.0.1"], /--host is "http:\/\/127.0.0.1", which is not a host name/],
    [["--host", "127.0.0.1:80"], /without a port/],
    [["--allowed-hosts", "*"], /--allowed-hosts is "\*"/],
    [["--allowed-hosts", "a,,b"], /--allowed-hosts is empty/],
    [["--max-body-bytes", "0"], /--max-body-bytes is "0"/],
    [["--max-body-bytes", "32MB"], /--max-body-bytes is "32MB"/],
    [["--latency", "1e12"], /--latency is "1e12"/],
    [["--latecy", "5"], /did you mean --latency\?/],
    [["--worker", "5"], /did you mean --workers\?/],
    [["--request-per-second", "5"], /did you mean --requests-per-second\?/],
    [["--cors", "https://me.example"], /unexpected argument/],
    [["--port", "65536"], /--port is "65536"/],
  ])("causes one sentence: %j", async (args, sentence) => {
    await expect(emulatorCommand.run(args)).rejects.toThrow(sentence);
  });
});

describe.runIf(ON_LINUX)("process of the emulator", () => {
  const COMMAND = `${process.execPath} --import tsx src/cli.ts emulator --port 0`;
  /** Runs a command in a shell, as npx does, and forwards no signals. */
  const WRAPPER = `require("child_process").spawn("sh", ["-c", process.argv[1] + "; :"], { stdio: "inherit" });
    for (const signal of (process.argv[2] || "").split(",").filter(Boolean)) process.on(signal, () => process.exit(1));`;
  const started: { child: ChildProcess; pid?: number }[] = [];

  afterAll(() => {
    for (const { child, pid } of started.splice(0)) {
      for (const id of [child.pid, pid]) {
        try {
          if (id !== undefined) process.kill(id, "SIGKILL");
        } catch {
          // The process has already ended.
        }
      }
    }
  });

  /** Starts a program that starts the emulator, and waits until the emulator serves. */
  async function start(
    file: string,
    args: readonly string[],
    options: { env?: object; stdin?: "pipe" | "ignore" } = {},
  ): Promise<{ child: ChildProcess; url: string; isServing: () => Promise<boolean>; server: number }> {
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      npm_lifecycle_event: "",
      npm_command: "",
      ...options.env,
    };
    const child = spawn(file, args, { env, stdio: [options.stdin ?? "ignore", "pipe", "inherit"] });
    const entry: (typeof started)[number] = { child };
    started.push(entry);
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout?.on("data", (chunk) => {
        text += String(chunk);
        const found = /^http:\S+\/v1$/m.exec(text)?.[0];
        if (found) resolve(found);
      });
      child.stdout?.once("end", () => reject(new Error(`no URL was printed, only: ${text}`)));
    });
    const isServing = (): Promise<boolean> => fetch(url).then(Boolean, () => false);
    const pid = listenerOn(new URL(url).port);
    entry.pid = pid;
    return { child, url, isServing, server: pid };
  }

  it.concurrent.each<NodeJS.Signals>(["SIGTERM", "SIGKILL", "SIGHUP", "SIGINT"])(
    "ends when a starter like npx receives %s",
    async (signal) => {
      const env = { npm_lifecycle_event: "npx" };
      const { child, isServing } = await start(process.execPath, ["-e", WRAPPER, COMMAND], { env });
      child.kill(signal);
      expect(await ends(isServing)).toBe(true);
    },
  );

  it.concurrent.each<NodeJS.Signals>(["SIGTERM", "SIGKILL"])(
    "ends when npx itself receives %s",
    async (signal) => {
      const { child, isServing } = await start("npx", ["-c", COMMAND]);
      child.kill(signal);
      expect(await ends(isServing)).toBe(true);
    },
  );

  it.concurrent("ends when the program that started it without a shell is killed", async () => {
    const program = `const [file, ...args] = process.argv[1].split(" ");
      require("child_process").spawn(file, args, { stdio: "inherit" });`;
    const { child, isServing } = await start(process.execPath, ["-e", program, COMMAND]);
    child.kill("SIGKILL");
    expect(await ends(isServing)).toBe(true);
  });

  it.concurrent.each<[string, string, string[]]>([
    ["the shell of a background job ends", "sh", ["-c", `${COMMAND} & sleep 3`]],
    ["the shell of a job under nohup ends", "bash", ["-c", `nohup ${COMMAND} & sleep 3`]],
    [
      "a program that detached it ends",
      process.execPath,
      [
        "-e",
        `const [file, ...args] = process.argv[1].split(" ");
        require("child_process").spawn(file, args, { stdio: "inherit", detached: true }).unref(); setTimeout(() => {}, 3000);`,
        COMMAND,
      ],
    ],
  ])("continues when %s", async (_, file, args) => {
    const { child, isServing } = await start(file, args);
    child.kill("SIGKILL");
    await pause(1200);
    expect(await isServing()).toBe(true);
  });

  it.concurrent("continues when its standard input is empty, or ends", async () => {
    const { child, isServing } = await start(process.execPath, COMMAND.split(" ").slice(1), {
      stdin: "pipe",
    });
    child.stdin?.end();
    await pause(1200);
    expect(await isServing()).toBe(true);
  });

  it.each<[string, (port: number) => Promise<number>]>([
    ["of a true length", (port) => sendLarge(port, `content-length: ${300 * MB}`, false)],
    ["in chunks", (port) => sendLarge(port, "transfer-encoding: chunked", true)],
  ])("keeps less than 200 MB for a body of 300 MB %s", async (_, send) => {
    const { url, server: pid } = await start(process.execPath, COMMAND.split(" ").slice(1));
    const before = peakOf(pid);
    expect(await send(Number(new URL(url).port))).toBe(413);
    expect(peakOf(pid) - before).toBeLessThan(200 * MB);
  });
});

const MB = 1e6;

/** Sends 300 MB and returns the status of the response. */
function sendLarge(port: number, length: string, chunked: boolean): Promise<number> {
  const piece = Buffer.alloc(MB, "x");
  const part = chunked
    ? Buffer.concat([Buffer.from(`${MB.toString(16)}\r\n`), piece, Buffer.from("\r\n")])
    : piece;
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = connect(port, "127.0.0.1");
    socket.setEncoding("latin1").on("data", (chunk) => (text += String(chunk)));
    socket.once("error", reject);
    socket.once("close", () => resolve(statusOf(text)));
    socket.write(posted(["host: localhost", length], undefined, "").replace("connection: close\r\n", ""));
    let sent = 0;
    const next = (): void => {
      if (sent++ < 300) socket.write(part, next);
      else socket.end(chunked ? "0\r\n\r\n" : "");
    };
    next();
  });
}

/** Whether the server ends within 20 seconds. */
const ends = (isServing: () => Promise<boolean>): Promise<boolean> =>
  vi
    .waitUntil(async () => !(await isServing()), { timeout: 20_000, interval: 100 })
    .then(
      () => true,
      () => false,
    );

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Returns the memory in use after a garbage collection, in bytes. */
function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Returns the id of the process that listens on a port of 127.0.0.1, by the inode of its socket. */
function listenerOn(port: string): number {
  const hex = Number(port).toString(16).toUpperCase().padStart(4, "0");
  const line = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((one) => one.includes(`0100007F:${hex} 00000000:0000 0A`));
  const inode = line?.trim().split(/\s+/)[9];
  const owner = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => socketsOf(pid).includes(`socket:[${inode}]`));
  return Number(owner);
}

function socketsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    });
  } catch {
    return [];
  }
}

/** Returns the highest resident memory of a process so far, in bytes. */
function peakOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}
