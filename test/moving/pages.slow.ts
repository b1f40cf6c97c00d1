import { Document } from "@langchain/core/documents";
import { beforeEach, describe, expect, it } from "vitest";
import { complaints } from "../docs/compile.js";
import { farthest, LITTLE } from "../foreign/support.js";
import { programsOf, REQUESTS, rowsOf, tableOf, textOf, type Part } from "./pages.js";
import { play, type Results } from "./play.js";
import * as python from "./python.js";
import { body, keys, MODEL, question, texts, world } from "./world.js";

type Peer = (given: object) => Promise<Results>;

const reads = (page: string, ...names: string[]) => ({ page, names, before: onPage(page, "before") });

/** Where users come from, and the keys that they have set there. */
const PEERS: readonly { page: string; names: readonly string[]; before: Peer }[] = [
  reads("langchain-community", "TOGETHER_AI_API_KEY"),
  reads("langchain-together-ai", "TOGETHER_AI_API_KEY"),
  reads("langchain-openai", "TOGETHER_API_KEY"),
  reads("langchain-cohere", "COHERE_API_KEY", "TOGETHER_API_KEY"),
  reads("llamaindex-together", "TOGETHER_API_KEY"),
  reads("together-ai", "TOGETHER_API_KEY"),
  {
    page: "python-langchain-together",
    names: ["TOGETHER_API_KEY"],
    before: async () => ({ vectors: await python.embedDocuments(texts, MODEL) }),
  },
];

const documents = (): Document[] =>
  texts.slice(0, 50).map((pageContent, place) => new Document({ pageContent, metadata: { place } }));

function onPage(page: string, part: Part): Peer {
  return (given) => play(page, part, { texts, question, documents: documents(), ...given });
}

/** Requests that carried passages, leaving out those that a question went with. */
async function counted(work: () => Promise<Results>): Promise<[Results, requests: number]> {
  const emulator = world();
  const results = await work();
  const about = emulator.requests.map((_, place) => JSON.stringify(body(emulator, place)));
  return [results, about.filter((request) => !request.includes(question)).length];
}

describe.each(PEERS)("$page", ({ page, names, before }) => {
  const after = onPage(page, "after");
  const check = onPage(page, "check");
  const said = rowsOf(page).find(({ about }) => about === REQUESTS);

  beforeEach(() => keys(...names));

  it.runIf(said)("gives the vectors that it gave before", async () => {
    world();
    const [{ vectors: old = [] }, { vectors = [] }] = [await before({}), await after({})];
    expect(vectors).toHaveLength(texts.length);
    expect(
      farthest(
        vectors,
        old.map((vector) => Array.from(vector)),
      ),
    ).toBeLessThan(LITTLE);
  });

  it.runIf(said)("takes as many requests as the page says", async () => {
    const [, past] = await counted(() => before({}));
    const [, present] = await counted(() => after({}));
    expect([past, present]).toEqual([said?.before, said?.after].map((cell) => numberIn(cell)));
  });

  it.skipIf(said && page !== "together-ai")("ranks in the order that it ranked in before", async () => {
    world();
    const [past, present] = [await before({}), await after({})];
    expect(present.order?.length).toBeGreaterThan(1);
    expect(present.order).toEqual(past.order);
  });

  it("leaves what it is given as it was", async () => {
    world();
    const given = { texts: [...texts], documents: documents() };
    await after(given);
    expect(given).toEqual({ texts, documents: documents() });
  });

  it.runIf(said)("tells an index that can stay from one that cannot", async () => {
    world();
    const { vectors = [] } = await before({});
    const stored = (place: number) => ({
      stored: { text: texts[0], vector: Array.from(vectors[place] ?? []) },
    });
    expect(await check(stored(0))).toMatchObject({ printed: ["true"] });
    expect(await check(stored(1))).toMatchObject({ printed: ["false"] });
  });
});

describe("the pages", () => {
  const pages = PEERS.map(({ page }) => page);

  it("compile, each block with what the reader brings along", { timeout: 60_000 }, () => {
    expect(complaints(pages.flatMap(programsOf), "test/moving")).toEqual([]);
  });

  it("are short", () => {
    const lengths = pages.map((page) => textOf(page).split("\n").length);
    expect(Math.max(...lengths)).toBeLessThan(80);
  });

  it("are all in the table of the first page, with the figures that they give themselves", () => {
    const listed = tableOf(textOf("README")).map(([from = "", past = "", present = ""]) => [
      /\((.+)\.md\)/.exec(from)?.[1],
      numberIn(past),
      numberIn(present),
    ]);
    const figures = pages.map((page) => {
      const row = rowsOf(page).find(({ about }) => about === REQUESTS);
      return [page, numberIn(row?.before), numberIn(row?.after)];
    });
    expect(listed).toEqual(figures);
  });
});

/** The number that a cell begins with; undefined for an empty cell. */
function numberIn(cell = ""): number | undefined {
  const [digits] = /^[\d,]+/.exec(cell) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(",", ""));
}
