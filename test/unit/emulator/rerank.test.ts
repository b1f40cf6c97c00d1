import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import { LOGITS, RERANK, errorOf, post, type RerankJson } from "./support.js";

const query = "Which animals eat grass?";
const documents = ["The stock exchange closed.", "Cats eat fish.", "Cows are animals that eat grass."];

function ask(body: object, options: EmulatorOptions = {}): Promise<Response> {
  return post(createEmulator(options).fetch, "/rerank", { model: RERANK, query, documents, ...body });
}

async function results(body: object = {}, options?: EmulatorOptions): Promise<RerankJson["results"]> {
  return ((await (await ask(body, options)).json()) as RerankJson).results;
}

const rank = async (_query: string, texts: readonly string[]): Promise<number[]> =>
  texts.map((text) => -text.length);

describe("POST /v1/rerank", () => {
  it("returns the index and score of every document, best first", async () => {
    const response = (await (await ask({})).json()) as RerankJson;
    expect(response).toMatchObject({ object: "rerank", model: RERANK, id: expect.any(String) as string });
    expect(response.results.map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(response.usage).toMatchObject({ completion_tokens: 0 });
  });

  it("returns at most top_n results", async () => {
    expect((await results({ top_n: 1 })).map(({ index }) => index)).toEqual([2]);
    expect(await results({ top_n: 9 })).toHaveLength(3);
  });

  it("returns documents only for return_documents", async () => {
    expect((await results()).map(({ document }) => document)).toEqual([{}, {}, {}]);
    expect((await results({ return_documents: true }))[0]?.document).toEqual({ text: documents[2] });
  });

  it("returns a document unchanged that resembles the placeholder of a fault", async () => {
    const [only] = await results({ documents: ["<1e999>"], return_documents: true });
    expect(only?.document).toEqual({ text: "<1e999>" });
  });

  it("ranks objects by rank_fields for Llama-Rank, and returns them as JSON", async () => {
    const objects = [
      { title: "grass", text: "animals eat grass" },
      { title: "Which animals eat grass?", text: "-" },
    ];
    expect((await results({ documents: objects, rank_fields: ["title"] }))[0]?.index).toBe(1);
    expect((await results({ documents: objects, rank_fields: ["text"] }))[0]?.index).toBe(0);
    const [best] = await results({ documents: objects, return_documents: true });
    expect(JSON.parse(best?.document.text ?? "")).toEqual(objects[best?.index ?? -1]);
  });

  it("returns scores from 0 to 1 for Llama-Rank, and logits for mxbai", async () => {
    const scores = (await results()).map((result) => result.relevance_score);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    const logits = (await results({ model: LOGITS })).map((result) => result.relevance_score);
    expect(Math.min(...logits)).toBeLessThan(0);
  });

  it("ranks by the scores of the rank option", async () => {
    expect((await results({}, { rank })).map(({ index }) => index)).toEqual([1, 0, 2]);
  });

  it("returns the same score for a document in a list and alone", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme" }), { minLength: 1, maxLength: 8 }),
        fc.string({ unit: "grapheme" }),
        async (texts, question) => {
          const scores = async (list: string[]): Promise<number[]> =>
            (await results({ documents: list, query: question }))
              .toSorted((one, other) => one.index - other.index)
              .map((result) => result.relevance_score);
          const alone = await Promise.all(texts.map((text) => scores([text])));
          expect(await scores(texts)).toEqual(alone.flat());
          expect(alone.flat().every((score) => score >= 0 && score <= 1)).toBe(true);
        },
      ),
    ));

  it("returns each document exactly once, by descending score", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.string(), { minLength: 1, maxLength: 12 }), async (texts) => {
        const ranked = await results({ documents: texts });
        expect(ranked.map(({ index }) => index).toSorted((one, other) => one - other)).toEqual([
          ...texts.keys(),
        ]);
        const scores = ranked.map((result) => result.relevance_score);
        expect(scores).toEqual(scores.toSorted((one, other) => other - one));
      }),
    ));

  it.each([
    [
      "an unknown argument",
      { max_chunks_per_doc: 1 },
      "Unrecognized request arguments supplied: max_chunks_per_doc",
    ],
    ["a missing query", { query: undefined }, "Missing required argument: query"],
    ["missing documents", { documents: undefined }, "Missing required argument: documents"],
    ["an empty list", { documents: [] }, "Documents cannot be empty"],
    [
      "a mix of strings and objects",
      { documents: ["a", {}] },
      "Invalid argument documents: expected a list of strings or a list of objects",
    ],
    [
      "objects for a model other than Llama-Rank",
      { model: LOGITS, documents: [{ text: "a" }] },
      "Invalid argument documents: expected a list of strings",
    ],
    ["a top_n of 0", { top_n: 0 }, "Invalid argument top_n: expected a whole number of 1 or more"],
    [
      "a return_documents that is not a boolean",
      { return_documents: "no" },
      "Invalid argument return_documents: expected a boolean",
    ],
    [
      "a rank_fields that is not a list",
      { rank_fields: "text" },
      "Invalid argument rank_fields: expected a list of strings",
    ],
    [
      "more documents than maxDocuments",
      { documents: Array.from({ length: 1025 }, String) },
      "1025 documents > maximum of 1024 documents",
    ],
  ])("rejects %s with a 400", async (_, body, message) => {
    expect(await errorOf(ask(body))).toMatchObject({ status: 400, error: { message } });
  });
});
