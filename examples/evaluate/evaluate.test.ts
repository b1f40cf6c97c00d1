import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../test/run.js";
import { readCollection } from "./collection.js";
import { estimate, scoresOf } from "./measures.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "evaluate-"));
  await write("docs.jsonl", [
    { id: "1", title: "Bees", text: "Bees live on nectar and pollen." },
    { id: "2", text: "Rust eats iron." },
    { id: 3, text: "" },
    { id: "4", title: "Nets", text: "Nets want mending, with a knot." },
  ]);
  await write("queries.jsonl", [
    { id: "a", text: "what do bees live on" },
    { id: "b", text: "which knot for nets" },
    { id: "c", text: "nobody judged this" },
  ]);
  await write("qrels.jsonl", [
    { query: "a", doc: "1", code: 2 },
    { query: "b", doc: "4", score: 2 },
    { query: "b", doc: "2", score: 0 },
  ]);
});

afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, rows: readonly (object | string)[]): Promise<void> {
  const lines = rows.map((row) => (typeof row === "string" ? row : JSON.stringify(row)));
  await writeFile(join(folder, name), lines.join("\n"));
}

describe("evaluation measures", () => {
  const gains = new Map([
    ["best", 3],
    ["good", 1],
  ]);

  it.each([
    [["best", "good"], { ndcg: 1, recall: 1, reciprocalRank: 1 }],
    [
      ["x", "good", "best"],
      { ndcg: (1 / Math.log2(3) + 3 / 2) / (3 + 1 / Math.log2(3)), recall: 0.5, reciprocalRank: 0.5 },
    ],
    [["x", "y"], { ndcg: 0, recall: 0, reciprocalRank: 0 }],
    [[], { ndcg: 0, recall: 0, reciprocalRank: 0 }],
  ])("scores %j, with recall at 2", (found, wanted) => {
    const scores = scoresOf(found, gains, 2);
    for (const [measure, value] of Object.entries(wanted)) {
      expect(scores[measure as keyof typeof scores]).toBeCloseTo(value, 12);
    }
  });

  it("limits nDCG to the first ten results", () => {
    const found = [...Array.from({ length: 10 }, (_, at) => `x${at}`), "best"];
    expect(scoresOf(found, gains, 20)).toMatchObject({ ndcg: 0, recall: 0.5, reciprocalRank: 1 / 11 });
  });

  it("returns an interval that holds its mean, is narrower for more questions, and is the same each time", () => {
    const few = estimate([0, 1, 0, 1]);
    const many = estimate(Array.from({ length: 400 }, (_, at) => at % 2));
    expect(few).toEqual(estimate([0, 1, 0, 1]));
    expect([few.mean, many.mean]).toEqual([0.5, 0.5]);
    expect(many.low).toBeGreaterThan(0.4);
    expect(many.high).toBeLessThan(0.6);
    expect(few.high - few.low).toBeGreaterThan(many.high - many.low);
  });
});

describe("evaluation collection", () => {
  it("reads titles, and leaves out blank documents and questions without judgements", async () => {
    const { documents, queries, judgements } = await readCollection(folder);
    expect(documents).toEqual([
      { id: "1", text: "Bees live on nectar and pollen." },
      { id: "2", text: "Rust eats iron." },
      { id: "4", text: "Nets want mending, with a knot." },
    ]);
    expect(queries.map(({ id }) => id)).toEqual(["a", "b"]);
    expect([...judgements]).toEqual([
      ["a", new Map([["1", 1]])],
      ["b", new Map([["4", 2]])],
    ]);
  });

  it("accepts the file names of BEIR", async () => {
    await rm(join(folder, "docs.jsonl"));
    await write("corpus.jsonl", [{ _id: "1", title: "Bees", text: "They live on nectar." }]);
    await write("queries.jsonl", [{ _id: "a", text: "bees" }]);
    await write("qrels.jsonl", [{ "query-id": "a", "corpus-id": "1", score: 1 }]);
    const { documents, queries } = await readCollection(folder);
    expect(documents).toEqual([{ id: "1", text: "Bees\nThey live on nectar." }]);
    expect(queries).toHaveLength(1);
  });

  it.each([
    ["docs.jsonl", ['{"id":"1","text":"a"}', "", '{"id":"2",'], "line 3", "it is not JSON"],
    ["docs.jsonl", ["[1]"], "line 1", "it is no object"],
    ["docs.jsonl", [{ id: "1" }], "line 1", '"text" is missing'],
    ["queries.jsonl", [{ id: "a", text: "t" }, { text: "t" }], "line 2", '"id" is missing'],
    [
      "docs.jsonl",
      [
        { id: "1", text: "a" },
        { id: 1, text: "b" },
      ],
      "line 2",
      'there is a second "1"',
    ],
    ["qrels.jsonl", [{ query: "a", doc: "9" }], "line 1", 'there is no document "9"'],
    ["qrels.jsonl", [{ query: "a", doc: "1", score: "high" }], "line 1", "the judgement is not a number"],
  ])("names a malformed line of %s: %j", async (name, rows, line, problem) => {
    await write(name, rows);
    const message = `Cannot read ${line} of ${join(folder, name)}: ${problem}`;
    await expect(readCollection(folder)).rejects.toThrow(message);
  });
});

it("measures vector search and reranking, prints the difference, and writes every question and a plot", async () => {
  const out = join(folder, "out");
  const { stdout, stderr, exitCode } = await run(["evaluate", "--dir", folder, "--out", out]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(stdout).toContain("3 documents, 2 questions with an answer");
  expect(stdout).toMatch(/\| nDCG@10 +\| 1\.000 \(1\.000 to 1\.000\) \| 1\.000/);
  expect(stdout).toContain("Reranking makes no significant difference: +0.000 nDCG@10");
  const questions = (await readFile(join(out, "questions.jsonl"), "utf8")).trim().split("\n");
  expect(questions.map((line) => (JSON.parse(line) as { query: string }).query)).toEqual(["a", "b"]);
  expect(await readFile(join(out, "plot.svg"), "utf8")).toMatch(
    /^<svg[^>]*>[\s\S]*nDCG@10 with reranking[\s\S]*<\/svg>$/,
  );
});

it("npm run example evaluate measures a demonstration collection if no folder is named", async () => {
  const { stdout, stderr, exitCode } = await run(["evaluate", "--out", join(folder, "out")]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  const [, documents, questions] = /^(\d+) documents, (\d+) questions with an answer$/m.exec(stdout) ?? [];
  expect(Number(documents)).toBeGreaterThanOrEqual(20);
  expect(Number(questions)).toBeGreaterThanOrEqual(20);
  expect(stdout).toMatch(/\| nDCG@10 +\| 0\.[5-9]\d\d /);
});

it("npm run example evaluate names the line that it cannot read, and ends with exit code 2", async () => {
  await write("queries.jsonl", [{ id: "a", text: "t" }, "oops"]);
  const { stderr, exitCode } = await run(["evaluate", "--dir", folder]);
  expect(stderr).toMatch(
    /^Cannot read line 2 of .*queries\.jsonl: it is not JSON; every line is a JSON object, see --help\n$/,
  );
  expect(exitCode).toBe(2);
});
