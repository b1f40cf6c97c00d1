/**
 * Compares `together-retrieval embed` with the library alone: speed, memory, and texts that are embedded twice after
 * three `kill -9`. Every line of the output is checked. The library reads its texts from memory and discards the
 * vectors.
 *
 * The server is the emulator in a separate process. With `--vectors prepared`, its vectors take less time. Each of
 * `--workers` processes one request at a time, for `--latency` ms.
 *
 *     npm run build && npx tsx test/performance/bench/embed-command/main.ts --lines 1000000 --vectors prepared
 */

import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { lexicalVectors } from "../../../../src/emulator/lexical/embed.js";
import { emulatedModels, type EmulatedEmbeddingModel } from "../../../../src/emulator/models.js";
import { textsOf } from "../texts.js";
import { checkVector } from "../vectors.js";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "50000" },
    rounds: { type: "string", default: "1" },
    vectors: { type: "string", default: "lexical" },
    workers: { type: "string", default: "Infinity" },
    latency: { type: "string", default: "20" },
  },
});
const LINES = Number(values.lines);
const MODEL = "BAAI/bge-large-en-v1.5";
/** The emulator's description of the model. */
const BGE = emulatedModels[MODEL] as EmulatedEmbeddingModel;
const BYTES_PER_LINE = 14_000;
const PAGE_BYTES = 4096;

const folder = await mkdtemp(join(tmpdir(), "embed-command-"));
const input = join(folder, "in.jsonl");

function* inputLines(): Generator<string> {
  let id = 0;
  for (const text of textsOf(LINES)) yield `${JSON.stringify({ id: id++, text })}\n`;
}

async function writeInput(): Promise<void> {
  await pipeline(Readable.from(inputLines()), createWriteStream(input));
}

async function startServer(): Promise<{ url: string; texts(): Promise<number>; stop(): void }> {
  const path = fileURLToPath(new URL("server.ts", import.meta.url));
  const child = fork(path, [values.vectors, values.workers, values.latency], {
    execArgv: ["--import", "tsx"],
  });
  const [url] = (await once(child, "message")) as [string];
  const texts = async (): Promise<number> => {
    child.send("texts");
    const [answer] = (await once(child, "message")) as [number];
    return answer;
  };
  return { url, texts, stop: () => child.disconnect() };
}

function startCommand(url: string, output: string): ChildProcess {
  const args = ["embed", input, "--out", output, "--model", MODEL, "--json"];
  return spawn(process.execPath, ["dist/cli.js", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TOGETHER_API_KEY: "any", TOGETHER_BASE_URL: url },
  });
}

/** Returns the resident megabytes of a process, without files. */
function memoryOf({ pid }: ChildProcess): number {
  const [, resident = "0", shared = "0"] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return ((Number(resident) - Number(shared)) * PAGE_BYTES) / 1e6;
}

interface Result {
  readonly texts: number;
  readonly seconds: number;
  readonly mostInFlight: number;
}

async function resultOf(child: ChildProcess): Promise<Result> {
  let text = "";
  child.stdout?.on("data", (piece) => (text += String(piece)));
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`the process ended with ${code}`);
  return JSON.parse(text) as Result;
}

async function runLibrary(url: string): Promise<Result> {
  const path = fileURLToPath(new URL("library.ts", import.meta.url));
  return resultOf(
    spawn(process.execPath, ["--import", "tsx", path, url, String(LINES)], {
      stdio: ["ignore", "pipe", "inherit"],
    }),
  );
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Runs the command, and measures its memory from the first line of its output on. */
async function runCommand(url: string, output: string): Promise<Result & { first: number; peak: number }> {
  const child = startCommand(url, output);
  const samples: number[] = [];
  const sample = async (): Promise<void> => {
    const size = await sizeOf(output);
    if (size > 0 && child.exitCode === null) samples.push(memoryOf(child));
  };
  const timer = setInterval(() => void sample(), 100);
  const result = await resultOf(child);
  clearInterval(timer);
  return { ...result, first: samples[0] ?? Number.NaN, peak: Math.max(...samples) };
}

/** Kills the command when its output has this share of its final size. */
async function killAt(url: string, output: string, share: number): Promise<void> {
  const child = startCommand(url, output);
  while ((await sizeOf(output)) < share * LINES * BYTES_PER_LINE) {
    if (child.exitCode !== null) throw new Error("the command ended before it was killed");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  child.kill("SIGKILL");
  await once(child, "close");
}

/** Compares an output with its input, and with another output, line by line. */
async function check(output: string, other: string): Promise<void> {
  const texts = textsOf(LINES);
  const others = linesOf(other);
  let id = 0;
  for await (const line of linesOf(output)) {
    const { value: text } = texts.next() as IteratorResult<string, string>;
    const head = JSON.stringify({ id, text }).slice(0, -1);
    if (!line.startsWith(`${head},"embedding":[`))
      throw new Error(`line ${id + 1} is not that of text ${id}`);
    if ((await others.next()).value !== line) throw new Error(`line ${id + 1} differs between the outputs`);
    checkNumbers(text, (JSON.parse(line) as { embedding: number[] }).embedding);
    id += 1;
  }
  if (id !== LINES || !(await others.next()).done) throw new Error(`an output does not have ${LINES} lines`);
  console.log(`  compared every number of ${id} lines in both outputs: no difference`);
}

function linesOf(path: string): AsyncIterableIterator<string> {
  return createInterface(createReadStream(path))[Symbol.asyncIterator]();
}

/** Compares in single precision: nine digits do not give the exact value in double precision. */
function checkNumbers(text: string, embedding: readonly number[]): void {
  const vector = Float32Array.from(embedding);
  if (values.vectors === "prepared") return checkVector(text, vector);
  const [wanted = []] = lexicalVectors([text], MODEL, BGE);
  const isSame =
    wanted.length === vector.length && vector.every((one, at) => one === Math.fround(wanted[at]!));
  if (!isSame) throw new Error(`the vector of "${text.slice(0, 10)}" is wrong`);
}

try {
  await writeInput();
  const server = await startServer();
  const output = join(folder, "out.jsonl");
  for (let round = 1; round <= Number(values.rounds); round++) {
    const library = await runLibrary(server.url);
    await rm(output, { force: true });
    const command = await runCommand(server.url, output);
    // Seconds of embedding, without the start of the process and the first reading of the input.
    const ratio = library.seconds / command.seconds;
    const speed = ({ seconds }: Result): string => `${Math.round(LINES / seconds)} texts/s`;
    console.log(`library ${speed(library)}, command ${speed(command)}, ratio ${ratio.toFixed(2)}`);
    console.log(
      `  memory ${command.first.toFixed(0)} MB at the first line, ${command.peak.toFixed(0)} MB at most`,
    );
  }
  server.stop();
  const killed = join(folder, "killed.jsonl");
  const other = await startServer();
  for (const share of [0.25, 0.5, 0.75]) await killAt(other.url, killed, share);
  const { mostInFlight } = await resultOf(startCommand(other.url, killed));
  const twice = (await other.texts()) - LINES;
  console.log(
    `after three kill -9: ${twice} texts embedded twice; in flight at most ${mostInFlight} requests of 128`,
  );
  other.stop();
  await check(killed, output);
} finally {
  await rm(folder, { recursive: true });
}
