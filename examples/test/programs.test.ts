import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator } from "together-retrieval/emulator";
import { run } from "./run.js";

const NAMES = [
  "search",
  "classify",
  "recommend",
  "rerank",
  "fuse",
  "stream",
  "observe",
  "evaluate",
  "mastra",
];
let folder: string;

/** Writes two kinds of text: twelve files each, with one passage per file. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "examples-"));
  for (const [kind, words] of [
    ["bees", "nectar hive pollen honey swarm queen comb wax larva drone sting flower"],
    ["nets", "knot mesh twine needle hook rope float sinker trawl boat harbour fisher"],
  ] as const) {
    await mkdir(join(folder, kind));
    for (const word of words.split(" ")) {
      const text = `Of ${kind} and the ${word}: ${words}. `.repeat(4);
      await writeFile(join(folder, kind, `${word}.md`), `# The ${word}\n\n${text}\n`);
    }
  }
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(NAMES)("example %s", (name) => {
  it("rejects an unknown option with one sentence and exit code 2", async () => {
    const { stdout, stderr, exitCode } = await run([name, "--colour"]);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 2 });
    expect(stderr).toMatch(/^Cannot read the command line: .*--colour.*; see --help\n$/);
  });
});

it("finds the passage that answers a question (search)", async () => {
  const { stdout, stderr } = await run(["search", "--dir", folder, "--top", "1", "where is the harbour"]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/\n0\.\d{3} {2}nets\/harbour > The harbour\n/);
  expect(stdout.match(/^0\.\d{3}/gm)).toHaveLength(1);
});

it("classifies a text by few examples (classify)", async () => {
  const options = ["--dir", folder, "--examples", "3", "--labels", "2"];
  const { stdout, stderr } = await run(["classify", ...options, "honey from the hive"]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^ {2}bees +9 of 9$/m);
  expect(stdout).toMatch(/^ {2}nets +9 of 9$/m);
  expect(stdout).toContain('"honey from the hive" is most like bees.');
});

it("recommends other files, never the given one (recommend)", async () => {
  const { stdout, stderr } = await run(["recommend", "--dir", folder, "the hive"]);
  expect(stderr).toBe("");
  const [, recommended = ""] = stdout.split(/^in \d+ passages:$/m);
  expect(recommended.match(/^0\.\d{3} {2}bees\//gm)).toHaveLength(5);
  expect(recommended).not.toContain("bees/hive");
});

it("prints the lines of its input, the best first (rerank)", async () => {
  const input = "Mending nets\n\nThe life of bees\r\nRust\n";
  const { stdout } = await run(["rerank", "--top", "2", "How do bees live?"], { input });
  expect(stdout).toMatch(/^0\.\d{3}\tThe life of bees\n0\.\d{3}\t.+\n$/);
  const { stdout: none } = await run(["rerank", "--min-score", "2", "How do bees live?"], { input });
  expect(none).toBe("");
});

it("ranks candidates of both searches and prints where they come from (fuse)", async () => {
  const { stdout, stderr } = await run(["fuse", "--dir", folder, "--candidates", "3", "The twine of nets"]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/\b[3-6] candidates/);
  expect(stdout).toMatch(/^ {2}[1-3–] {3}[1-3–] {2}0\.\d{3} {2}nets\/twine/m);
});

it("writes one vector per line that is not blank (stream)", async () => {
  const [lines, out] = [join(folder, "lines.txt"), join(folder, "new", "vectors.f32")];
  await writeFile(lines, `${Array.from({ length: 700 }, (_, at) => `line ${at}`).join("\n\n")}\n`);
  const { stdout, stderr } = await run(["stream", "--out", out, lines]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/^700 vectors of 1024 numbers/m);
  expect((await readFile(out)).byteLength).toBe(700 * 1024 * 4);
});

it("finds the passage that answers a question in its vector store (mastra)", async () => {
  const { stdout, stderr } = await run(["mastra", "--dir", folder, "--top", "1", "where is the harbour"]);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/\n0\.\d{3} {2}nets\/harbour > The harbour\n/);
});

it.each([
  [["search", "--dir", "nowhere"], /^Cannot search nowhere: there is no such folder/],
  [["search", "--top", "0"], /^Cannot use --top 0: it is not an integer/],
  [["classify", "--dir", "examples/start"], /^Cannot search examples\/start: there is no Markdown/],
  [
    ["recommend", "--dir", "test/performance/bench", "xyzzy"],
    /^Cannot recommend anything like "xyzzy": no heading/,
  ],
  [["rerank", "what?"], /^Cannot rerank: there is no line to read/],
  [["rerank", "--min-score", "high", "what?"], /^Cannot use --min-score high: it is not a number/],
  [["stream", "nowhere.txt"], /^Cannot read nowhere\.txt: there is no such file/],
  [["evaluate", "--dir", "examples/start"], /^Cannot evaluate on examples\/start: there is no docs\.jsonl/],
  [["nonsense"], /^Cannot run "nonsense": there is no such example/],
])("rejects %j with a sentence and exit code 2", async (args, sentence) => {
  const { stderr, exitCode } = await run(args);
  expect(stderr).toMatch(sentence);
  expect(stderr).not.toContain("    at ");
  expect(exitCode).toBe(2);
});

it("runs on Together with a key, and names missing settings", async () => {
  const server = await createEmulator({ apiKey: "secret-key" }).listen();
  const environment = { TOGETHER_API_KEY: "secret-key", TOGETHER_BASE_URL: server.url };
  const without = await run(["rerank", "bees?"], { input: "bees", environment });
  expect(without.stderr).toContain("set TOGETHER_EMBEDDING_MODEL");
  const models = {
    TOGETHER_EMBEDDING_MODEL: "thenlper/gte-large",
    TOGETHER_RERANK_MODEL: "Salesforce/Llama-Rank-V1",
  };
  const outcome = await run(["rerank", "bees?"], {
    input: "bees",
    environment: { ...environment, ...models },
  });
  expect(outcome.stdout).toMatch(/^\d\.\d{3}\tbees\n$/);
  expect(outcome.stderr).toContain(`Running on Together at ${server.url}.`);
  const unauthorized = await run(["rerank", "bees?"], {
    input: "bees",
    environment: { ...environment, ...models, TOGETHER_API_KEY: "wrong-key" },
  });
  await server.close();
  expect(unauthorized.stderr).toMatch(/^Cannot rerank 1 document .*401/);
  expect(unauthorized.stderr).not.toContain("wrong-key");
  expect(unauthorized.exitCode).toBe(1);
});
