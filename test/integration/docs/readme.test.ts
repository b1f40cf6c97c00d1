import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { embeddingModel } from "../../../src/index.js";
import { embeddingModels } from "../../../src/core/models.js";
import { errorCodes } from "../../support/error-codes.js";
import { ROOT } from "./blocks.js";

const readme = pageOf("README.md");
const models = pageOf("docs/reference/models.md");
const events = pageOf("docs/reference/events.md");
const errors = pageOf("docs/reference/errors.md");
const results = pageOf("test/performance/bench/RESULTS.md");

function pageOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

const CHAPTERS = [
  "Features",
  "Installation",
  "Quick start without a key",
  "Use your endpoint",
  "Usage",
  "Configuration",
  "Rate limits, outages, retries and timeouts",
  "Errors",
  "Events and observability",
  "Command line",
  "Testing your code",
  "Performance",
  "Compatibility and status",
  "Documentation",
];

/** The scenarios in the columns of the performance table. */
const SCENARIOS = ["rtt-20", "workers-8", "window-20", "tokens"];

/** The clients in the rows of the performance table, with their names in the results. */
const CLIENTS: Readonly<Record<string, string>> = {
  Embedder: "together-retrieval: Embedder (Float32Array)",
  "`embedMany` with this package (AI SDK)": "together-retrieval: AI SDK embedMany (number[])",
  "`TogetherEmbeddings` (LangChain)": "together-retrieval: LangChain (number[])",
  OpenAIEmbeddings: "@langchain/openai OpenAIEmbeddings",
  "`together-ai`, 8 at once": "together-ai, p-limit 8",
  "`together-ai`, one after another": "together-ai, one after another",
  "@ai-sdk/togetherai": "@ai-sdk/togetherai embedMany",
  "@langchain/community": "@langchain/community TogetherAIEmbeddings",
};

describe("README", () => {
  it("is short, and shows the installation before line 25 and code before line 40", () => {
    const lines = readme.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(180);
    expect(lines.indexOf("```sh")).toBeLessThan(24);
    expect(lines.indexOf("```ts")).toBeLessThan(39);
  });

  it("has its chapters in the order in which readers need them", () => {
    expect([...readme.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual(CHAPTERS);
  });

  it("shows seconds that the results of the benchmark have", () => {
    const [head = [], ...measured] = rows("Performance");
    expect(head.slice(1)).toEqual([
      "no limit, 20 ms away",
      "8 workers",
      "20 requests per second",
      "100,000 tokens per second",
    ]);
    const expected = Object.entries(CLIENTS).map(([client, name]) => [
      client,
      ...SCENARIOS.map((scenario) => secondsOf(scenario, name)),
    ]);
    expect(measured).toEqual(expected);
  });

  it("shows the seconds in which another client is faster", () => {
    const chapter = chapterOf("Performance", readme);
    for (const scenario of ["workers-8", "tokens"]) {
      const ours = secondsOf(scenario, "together-retrieval: Embedder (Float32Array)");
      const baseline = secondsOf(scenario, "baseline: fetch, base64, knows the limit");
      expect(Number(ours)).toBeGreaterThan(Number(baseline));
      expect(chapter).toContain(`${ours} s against ${baseline} s`);
    }
  });

  it("has a page that lists every event with its fields and their types", () => {
    const source = pageOf("src/core/events.ts");
    const declared = [...source.matchAll(/^export interface (\w+) extends Common \{\n(.*?)^\}/gms)].map(
      ([, name, body = ""]) => {
        const [[, , type = ""] = [], ...fields] = [...body.matchAll(/^ {2}readonly (\w+): ([^;]+);/gm)];
        return [JSON.parse(type), name, fields.map(([, field, kind]) => [field, kind])];
      },
    );
    const listed = rowsOf(events, "event").map(([link = ""]) => /\[`(.+)`\]/.exec(link)?.[1] ?? "");
    const shown = listed.map((event) => [
      event,
      /Type: `(\w+)`/.exec(chapterOf(event, events))?.[1],
      rowsOf(chapterOf(event, events), "field").map(([field, kind]) => [field, kind]),
    ]);
    expect(shown).toEqual(declared);
  });

  it("has a page that lists every code of an error", () => {
    const listed = rowsOf(errors, "code").map(([link]) => link);
    expect(listed).toEqual(errorCodes.map((code) => `[\`${code}\`](#${code})`));
  });

  it("has a page that lists every known embedding model with its dimensions, limit and last day", () => {
    const listed = rowsOf(models, "embedding model").map(
      ([id = "", dimensions, tokens, prefix, retired]) => ({
        id,
        dimensions: Number(dimensions),
        maxInputTokens: Number(tokens?.replaceAll(",", "")),
        queryPrefix: prefix === "" ? "" : prefix === "E5" ? "Instruct" : "Represent",
        ...(retired !== "not documented" && { retired }),
      }),
    );
    const known = Object.keys(embeddingModels).map((id) => {
      const { queryPrefix = "", ...facts } = embeddingModel(id) ?? {};
      return { id, ...facts, queryPrefix: queryPrefix.split(/\W/)[0] };
    });
    expect(listed).toEqual(known);
  });
});

/** Returns the text of a chapter without its heading. */
function chapterOf(heading: string, page: string): string {
  const part = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  return part.slice(heading.length);
}

/** Returns the rows of a chapter's tables, including their heads. */
function rows(chapter: string, page = readme): string[][] {
  return tableLines(chapterOf(chapter, page));
}

/** Returns the rows of the tables whose first column has this name, without their heads. */
function rowsOf(text: string, column: string): string[][] {
  const tables = text.split(/\n\n+/).map(tableLines);
  return tables.filter(([head]) => head?.[0] === column).flatMap(([, ...body]) => body);
}

/** Returns the cells of all table lines. It removes backticks around a whole cell. */
function tableLines(text: string): string[][] {
  return text
    .split("\n")
    .filter((line) => /^\| (?!-)/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) =>
      cells.map((cell) =>
        cell
          .trim()
          .replaceAll("\\|", "|")
          .replaceAll(/^`([^`]*)`$/g, "$1"),
      ),
    );
}

/** Returns the seconds of a client in the results, in the format of README. */
function secondsOf(scenario: string, client: string): string {
  const [, part = ""] = results.split(`\n### ${scenario}: `);
  const [, cell = ""] = tableLines(part.split("\n### ")[0] ?? "").find(([name]) => name === client) ?? [];
  if (cell.startsWith("gave up")) return "gave up";
  return cell.replace(/ \(.*\)$/, "").replace(/^not finished in (\d+) s$/, "more than $1");
}
