import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatText } from "../../../src/cli/models/format.js";
import type { ProjectEndpoint, SupportedModel } from "../../../src/cli/models/lists.js";
import { createReport } from "../../../src/cli/models/report.js";
import { createEmulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { run, type Outcome } from "../../support/program.js";
import { ROOT } from "./blocks.js";

const PAGE = readFileSync(join(ROOT, "docs", "reference", "command-line.md"), "utf8");
const [ENDPOINTS = "", LISTS = ""] = [...PAGE.matchAll(/```text\n(.*?)```/gs)].map(([, sample]) => sample);

let server: EmulatorServer;

beforeAll(async () => {
  server = await createEmulator().listen();
});

afterAll(() => server.close());

/** Runs the built command, as `npx` does. */
function models(...args: string[]): Promise<Outcome> {
  const { PATH, HOME } = process.env;
  return run(process.execPath, ["dist/cli.js", "models", "--base-url", server.url, ...args], {
    cwd: ROOT,
    env: { PATH, HOME, TOGETHER_API_KEY: "any" },
  });
}

/** Returns the lines that are missing from a text, or that are in another order. */
function missing(lines: readonly string[], text: string): string[] {
  let rest = text.split("\n");
  return lines.filter((line) => {
    const place = rest.indexOf(line);
    rest = rest.slice(place + 1);
    return place < 0;
  });
}

const supported = (name: string, weights: string): SupportedModel => ({
  name,
  kinds: ["embedding"],
  gpus: [],
  weights: [weights],
});

const endpoint = (name: string, state: string, readyReplicas: number, weights: string): ProjectEndpoint => ({
  name,
  deployments: [{ state, readyReplicas, weights }],
});

describe("page about the command line", () => {
  it("shows lines that `models` prints with the emulator, in their order", async () => {
    const { exitCode, stdout } = await models();
    expect(exitCode).toBe(0);
    const sample = LISTS.replaceAll("http://127.0.0.1:8080/v1", server.url).split("\n").filter(Boolean);
    expect(sample.length).toBeGreaterThan(10);
    expect(missing(sample, stdout)).toEqual([]);
  });

  it("shows what `models` prints of endpoints", () => {
    const lists = {
      endpoints: [endpoint("acme/e5", "ready", 2, "ml_1"), endpoint("acme/rank", "stopped", 0, "ml_2")],
      listed: [],
      deployable: [
        supported("intfloat/multilingual-e5-large-instruct", "ml_1"),
        supported("mixedbread-ai/mxbai-rerank-large-v2", "ml_2"),
      ],
    };
    const report = createReport(lists, [], { apiKey: "any", baseURL: "https://api.together.ai/v1" }, true);
    const [printed] = formatText(report, true).split("\nListed at");
    expect(printed).toBe(ENDPOINTS);
  });

  it("has a row for each field of the JSON, and no other", async () => {
    const { stdout } = await models("--json");
    const report = JSON.parse(stdout) as Record<string, unknown>;
    const [, table = ""] = PAGE.split("| field ");
    const rows = [...table.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    const fields = Object.keys(report).filter((name) => name !== "together-retrieval");
    expect(new Set(rows)).toEqual(new Set([...fields, "facts", "options"]));
  });

  it("names every command", async () => {
    const { stdout } = await run(process.execPath, ["dist/cli.js", "--help"], { cwd: ROOT });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
    const shown = [...PAGE.matchAll(/^\| \[`(\w+)`\]/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(2);
    expect(shown).toEqual(expect.arrayContaining(commands));
  });
});
