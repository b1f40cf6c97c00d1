import { Document } from "@langchain/core/documents";
import { beforeEach, describe, expect, it } from "vitest";
import { compilerErrors } from "../../integration/docs/compile.js";
import { maxDifference, TOLERANCE } from "../clients/support.js";
import { programsOf, REQUESTS, rowsOf, tableOf, textOf, type Part } from "./pages.js";
import { runBlock, type Results } from "./play.js";
import * as python from "./python.js";
import { body, keys, MODEL, question, texts, stubNetwork } from "./world.js";

type Program = (given?: object) => Promise<Results>;

interface Peer {
  readonly page: string;
  /** The environment variables that its users have set. */
  readonly names: readonly string[];
  readonly before: Program;
  /** The results that are the same before and after, according to its page. */
  readonly same: readonly ("vectors" | "order")[];
}

const fromPython = async (): Promise<Results> => ({ vectors: await python.embedDocuments(texts, MODEL) });

const PEERS: readonly Peer[] = [
  peer("langchain-community", ["TOGETHER_AI_API_KEY"], ["vectors"]),
  peer("langchain-together-ai", ["TOGETHER_AI_API_KEY"], ["vectors"]),
  peer("langchain-openai", ["TOGETHER_API_KEY"], ["vectors"]),
  peer("langchain-cohere", ["COHERE_API_KEY", "TOGETHER_API_KEY"], ["order"]),
  peer("llamaindex-together", ["TOGETHER_API_KEY"], ["vectors"]),
  peer("together-ai", ["TOGETHER_API_KEY"], ["vectors", "order"]),
  peer("ai-sdk-togetherai", ["TOGETHER_API_KEY"], ["vectors", "order"]),
  peer("chroma-together-ai", ["TOGETHER_API_KEY"], ["vectors"]),
  { ...peer("python-langchain-together", ["TOGETHER_API_KEY"], ["vectors"]), before: fromPython },
];

function peer(page: string, names: readonly string[], same: Peer["same"]): Peer {
  return { page, names, before: onPage(page, "before"), same };
}

function onPage(page: string, part: Part): Program {
  return (given = {}) => runBlock(page, part, { texts, question, documents: documents(), ...given });
}

function documents(): Document[] {
  return texts.slice(0, 50).map((pageContent, place) => new Document({ pageContent, metadata: { place } }));
}

describe.each(PEERS.filter(({ same }) => same.includes("vectors")))("$page", ({ page, names, before }) => {
  const after = onPage(page, "after");
  const check = onPage(page, "check");

  beforeEach(() => keys(...names));

  it("returns the vectors of before", async () => {
    stubNetwork();
    const { vectors: old = [] } = await before();
    const { vectors = [] } = await after();
    expect(vectors).toHaveLength(texts.length);
    expect(
      maxDifference(
        vectors,
        old.map((vector) => Array.from(vector)),
      ),
    ).toBeLessThan(TOLERANCE);
  });

  it("sends as many requests as the page states", async () => {
    const row = rowsOf(page).find(({ about }) => about === REQUESTS);
    const figures = [await requestCountOf(before), await requestCountOf(after)];
    expect(figures).toEqual([numberIn(row?.before), numberIn(row?.after)]);
  });

  it("distinguishes an index that can stay from one that cannot", async () => {
    stubNetwork();
    const { vectors = [] } = await before();
    const vectorOf = (place: number): number[] => Array.from(vectors[place] ?? []);
    const right = await check({ stored: { text: texts[0], vector: vectorOf(0) } });
    const wrong = await check({ stored: { text: texts[0], vector: vectorOf(1) } });
    expect([right, wrong]).toMatchObject([{ printed: ["true"] }, { printed: ["false"] }]);
  });
});

describe.each(PEERS.filter(({ same }) => same.includes("order")))("$page", ({ page, names, before }) => {
  it("ranks in the order of before", async () => {
    keys(...names);
    stubNetwork();
    const [past, present] = [await before(), await onPage(page, "after")()];
    expect(present.order?.length).toBeGreaterThan(1);
    expect(present.order).toEqual(past.order);
  });
});

describe("migration pages", () => {
  it.each(PEERS)("changes no input in $page", async ({ page, names }) => {
    keys(...names);
    stubNetwork();
    const given = { texts: [...texts], documents: documents() };
    await onPage(page, "after")(given);
    expect(given).toEqual({ texts, documents: documents() });
  });

  it("compiles each block, with what the reader's code defines", { timeout: 60_000 }, async () => {
    expect(
      await compilerErrors(
        PEERS.flatMap(({ page }) => programsOf(page)),
        "test/e2e/migrations",
      ),
    ).toEqual([]);
  });

  it("has short pages", () => {
    const lengths = PEERS.map(({ page }) => textOf(page).split("\n").length);
    expect(Math.max(...lengths)).toBeLessThan(80);
  });

  it("lists all pages in the table of the first page, with the figures of each", () => {
    const listed = tableOf(textOf("README")).map(([from = "", past, present]) => [
      /\(from-(.+)\.md\)/.exec(from)?.[1],
      numberIn(past),
      numberIn(present),
    ]);
    const figures = PEERS.map(({ page }) => {
      const row = rowsOf(page).find(({ about }) => about === REQUESTS);
      return [page, numberIn(row?.before), numberIn(row?.after)];
    });
    expect(listed).toEqual(figures);
  });
});

/** Returns the number of requests with passages. Requests with the question do not count. */
async function requestCountOf(program: Program): Promise<number> {
  const emulator = stubNetwork();
  await program();
  const bodies = emulator.requests.map((_, place) => JSON.stringify(body(emulator, place)));
  return bodies.filter((text) => !text.includes(question)).length;
}

/** Returns the number at the start of a cell; `undefined` for an empty cell. */
function numberIn(cell = ""): number | undefined {
  const [digits] = /^[\d,]+/.exec(cell) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
}
