import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/emulator/index.js";
import type { EmbedderOptions } from "../../../src/index.js";
import {
  bench,
  EMBEDDING,
  KEY,
  only,
  plain,
  rejection,
  texts,
  vectorOf,
  type Bench,
} from "../../support/emulate.js";
import { drivers, type Driver, type EmbeddingsUnderTest } from "./drivers/index.js";

const E5 = "intfloat/multilingual-e5-large-instruct";

/** Creates embeddings of a framework with a new emulator. Their options are frozen. */
function on(
  driver: Driver,
  { emulator, events }: Bench,
  own: Partial<EmbedderOptions> = {},
): EmbeddingsUnderTest {
  const options: EmbedderOptions = {
    model: EMBEDDING,
    apiKey: KEY,
    fetch: emulator.fetch,
    onEvent: (event) => events.push(event),
    ...own,
  };
  return driver.embeddings(Object.freeze(options));
}

const shuffled = (): Fault => "shuffled";

/** Lists of any texts: with duplicates, in any script, longer than a batch. */
const anyText = fc.oneof(
  fc.constantFrom("again", "and again"),
  fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== ""),
);

describe.each(drivers)("embeddings in $framework", (driver) => {
  it("returns each text's own vector, in the order of the texts, for responses in any order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyText, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (list, batchSize) => {
          const embeddings = on(driver, bench({ faults: shuffled }), { batchSize });
          expect(plain(await embeddings.documents(list))).toEqual(list.map(vectorOf));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("sends as few requests as the batch size allows", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 9 }), async (amount, batchSize) => {
        const server = bench();
        await on(driver, server, { batchSize }).documents(texts(amount));
        expect(server.emulator.requests).toHaveLength(Math.ceil(amount / batchSize));
      }),
      { numRuns: 60 },
    );
  });

  it("sends 10,000 texts in 20 requests by default", async () => {
    const server = bench({ keepBodies: false });
    const vectors = await on(driver, server).documents(texts(10_000));
    expect(server.emulator.requests).toHaveLength(20);
    expect(Array.from(vectors[9_999] ?? [])).toEqual(vectorOf("text 9999"));
  });

  it.each(["missing-item", "extra-item", "repeated-index", "index-out-of-range", "no-vector"] as const)(
    "rejects an incomplete list of vectors, for a response with the fault %s",
    async (fault) => {
      const server = bench({ faults: [undefined, fault] });
      const embeddings = on(driver, server, { batchSize: 2, maxRetries: 0 });
      const error = await rejection(embeddings.documents(texts(6)));
      expect(error).toMatchObject({ name: "TogetherError", code: "invalid_response" });
    },
  );

  it("adds the model's prefix to a query, and nothing to a document", async () => {
    const model = { type: "embedding", dimensions: 4 } as const;
    const server = bench({ models: { [E5]: model } });
    const embeddings = on(driver, server, { model: E5 });
    await embeddings.documents(["a document"]);
    await embeddings.query("a question");
    expect(server.bodies().map(({ input }) => input)).toEqual([
      ["a document"],
      [expect.stringMatching(/^Instruct: .+\nQuery: a question$/s)],
    ]);
  });

  it("adds the prefix of `baseModel` to a query, and sends the endpoint's name", async () => {
    const server = bench();
    const embeddings = on(driver, server, { baseModel: E5, dimensions: 4 });
    await embeddings.documents(["a document"]);
    await embeddings.query("a question");
    expect(server.bodies()).toMatchObject([
      { model: EMBEDDING, input: ["a document"] },
      { model: EMBEDDING, input: [expect.stringMatching(/^Instruct: .+\nQuery: a question$/s) as string] },
    ]);
    expect(only(server.events, "model-unknown")).toEqual([]);
  });

  it("emits once that the model is not known", async () => {
    const server = bench();
    const embeddings = on(driver, server);
    await embeddings.documents(texts(3));
    await embeddings.query("a question");
    expect(only(server.events, "model-unknown")).toEqual([
      { type: "model-unknown", operation: "embed", model: EMBEDDING },
    ]);
  });

  it("adds the prefixes that are set to queries and documents", async () => {
    const server = bench();
    const embeddings = on(driver, server, { queryPrefix: "find: ", documentPrefix: "keep: " });
    await embeddings.documents(["a document"]);
    await embeddings.query("a question");
    expect(server.bodies().map(({ input }) => input)).toEqual([["keep: a document"], ["find: a question"]]);
  });

  it("sends duplicate texts once, and returns an array of its own for each", async () => {
    const server = bench();
    const vectors = await on(driver, server).documents(["same", "other", "same", "same"]);
    expect(server.bodies().map(({ input }) => input)).toEqual([["same", "other"]]);
    expect(plain(vectors)).toEqual(["same", "other", "same", "same"].map(vectorOf));
    expect(new Set(vectors).size).toBe(4);
  });

  it("leaves the list of texts and the options of a call unchanged", async () => {
    const embeddings = on(driver, bench(), { batchSize: 2 });
    const call = Object.freeze({ signal: new AbortController().signal, onProgress: () => {} });
    const vectors = await embeddings.documents(Object.freeze(texts(5)), call);
    expect(plain(vectors)).toEqual(texts(5).map(vectorOf));
  });

  it.skipIf(driver.lacks.includes("copy"))("keeps the texts of a list that is emptied later", async () => {
    const list = texts(5);
    const pending = on(driver, bench(), { batchSize: 2 }).documents(list);
    list.length = 0;
    expect(plain(await pending)).toEqual(texts(5).map(vectorOf));
  });

  it("sends no request for an empty list", async () => {
    const server = bench();
    expect(await on(driver, server).documents([])).toEqual([]);
    expect(server.emulator.requests).toEqual([]);
  });

  it.skipIf(driver.lacks.includes("onProgress"))("reports progress until all texts are done", async () => {
    const seen: [number, number][] = [];
    const onProgress = (done: number, total: number): unknown => seen.push([done, total]);
    await on(driver, bench(), { batchSize: 2, maxConcurrency: 1 }).documents(texts(5), { onProgress });
    expect(seen).toEqual([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it("replaces an unpaired surrogate, and reports the index of its text", async () => {
    const server = bench();
    await on(driver, server).documents(["whole", "half \ud83d"]);
    expect(server.bodies()[0]?.input).toEqual(["whole", "half \ufffd"]);
    expect(only(server.events, "text-sanitized")).toMatchObject([{ operation: "embed", indexes: [1] }]);
  });

  it("scales vectors to length 1 with `normalize`", async () => {
    const embeddings = on(driver, bench(), { normalize: true });
    const [vector = []] = await embeddings.documents(["a text"]);
    expect(Math.hypot(...Array.from(vector))).toBeCloseTo(1, 6);
    expect(Math.hypot(...Array.from(await embeddings.query("a text")))).toBeCloseTo(1, 6);
  });

  it.each(["ignore", "reject"] as const)(
    "returns correct vectors from a server that has only floats (base64: %s)",
    async (base64) => {
      const embeddings = on(driver, bench({ base64 }), { batchSize: 3 });
      expect(plain(await embeddings.documents(texts(7)))).toEqual(texts(7).map(vectorOf));
    },
  );
});
