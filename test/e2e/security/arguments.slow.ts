/**
 * Wrong and unusual arguments of every class and method. A wrong one must cause a `TogetherError` that names it,
 * without a request. An unusual one must work.
 */

import { Document } from "@langchain/core/documents";
import { afterEach, describe, expect, it } from "vitest";
import type { Emulator } from "../../../src/emulator/index.js";
import { Embedder, Reranker } from "../../../src/index.js";
import * as langchain from "../../../src/langchain/index.js";
import { RerankingRetriever } from "../../../src/langchain/retriever.js";
import { bench, EMBEDDING, RERANK } from "../../support/emulate.js";
import { runScript } from "../../support/program.js";
import { MemoryStore } from "../../support/store.js";
import {
  callAttempts,
  constructorAttempts,
  controller,
  errorNaming,
  nonArrays,
  NOT_AN_ARRAY,
  optionsFor,
  type Attempt,
  type Class,
  type Method,
} from "./arguments.js";

const embedder = (emulator: Emulator) => new Embedder({ model: EMBEDDING, ...optionsFor(emulator) });
const reranker = (emulator: Emulator) => new Reranker({ model: RERANK, ...optionsFor(emulator) });
const lcEmbeddings = (emulator: Emulator) =>
  new langchain.TogetherEmbeddings({ model: EMBEDDING, ...optionsFor(emulator) });
const lcReranker = (emulator: Emulator) =>
  new langchain.TogetherReranker({ model: RERANK, ...optionsFor(emulator) });
const retriever = (emulator: Emulator) =>
  new RerankingRetriever({
    retriever: { invoke: async () => documents } as never,
    reranker: lcReranker(emulator),
  });

const documents = [new Document({ pageContent: "a 1" }), new Document({ pageContent: "a 2" })];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

/** Every method that accepts options. */
const methods: readonly Method[] = [
  ["Embedder.embed", (emulator, options) => embedder(emulator).embed(["a"], options)],
  ["Embedder.embedQuery", (emulator, options) => embedder(emulator).embedQuery("a", options)],
  ["Embedder.embedStream", (emulator, options) => drain(embedder(emulator).embedStream(["a"], options))],
  ["Embedder.estimate", (emulator, options) => embedder(emulator).estimate(["a"], options)],
  ["Embedder.estimateStream", (emulator, options) => embedder(emulator).estimateStream(["a"], options)],
  ["Reranker.rerank", (emulator, options) => reranker(emulator).rerank("q", ["a"], undefined, options)],
  ["LangChain embedDocuments", (emulator, options) => lcEmbeddings(emulator).embedDocuments(["a"], options)],
  ["LangChain embedQuery", (emulator, options) => lcEmbeddings(emulator).embedQuery("a", options)],
  ["LangChain rerank", (emulator, options) => lcReranker(emulator).rerank(documents, "q", options)],
  [
    "LangChain compressDocuments",
    (emulator, options) => lcReranker(emulator).compressDocuments(documents, "q", undefined, options),
  ],
];

const perCall: Attempt[] = methods.flatMap(callAttempts);

const lists: Attempt[] = nonArrays.flatMap(([label, given]): Attempt[] => [
  [`Embedder.embed of ${label}`, (emulator) => embedder(emulator).embed(given), NOT_AN_ARRAY],
  [`Embedder.estimate of ${label}`, (emulator) => embedder(emulator).estimate(given), NOT_AN_ARRAY],
  [`Reranker.rerank of ${label}`, (emulator) => reranker(emulator).rerank("q", given), NOT_AN_ARRAY],
  [
    `LangChain embedDocuments of ${label}`,
    (emulator) => lcEmbeddings(emulator).embedDocuments(given),
    NOT_AN_ARRAY,
  ],
  [`LangChain rerank of ${label}`, (emulator) => lcReranker(emulator).rerank(given, "q"), NOT_AN_ARRAY],
  [
    `LangChain compressDocuments of ${label}`,
    (emulator) => lcReranker(emulator).compressDocuments(given, "q"),
    NOT_AN_ARRAY,
  ],
]);

const items: Attempt[] = [
  ["Embedder.embed of [null]", (e) => embedder(e).embed([null as never]), /text at index 0 is not a string/],
  [
    "Embedder.embedStream of a string",
    (e) => drain(embedder(e).embedStream("abc")),
    /source is not iterable/,
  ],
  [
    "Embedder.embedStream of null",
    (e) => drain(embedder(e).embedStream(null as never)),
    /source is not iterable/,
  ],
  [
    "Embedder.embedStream of an object with a wrong iterator",
    (e) => drain(embedder(e).embedStream({ [Symbol.iterator]: 5 } as never)),
    /source is not iterable/,
  ],
  ["Embedder.estimateStream of a string", (e) => embedder(e).estimateStream("abc"), /source is not iterable/],
  ["Embedder.embedQuery of an array", (e) => embedder(e).embedQuery(["a"] as never), /query is not a string/],
  [
    "Reranker.rerank of objects without textOf",
    (e) => reranker(e).rerank("q", [{ a: 1 }] as never),
    /`textOf`/,
  ],
  [
    "Reranker.rerank with options in the place of textOf",
    (e) => reranker(e).rerank("q", ["a"], { topN: 1 } as never),
    /`textOf` is an object; .*options come after it/,
  ],
  [
    "Reranker.rerank with textOf: null",
    (e) => reranker(e).rerank("q", ["a"], null as never),
    /`textOf` is null/,
  ],
  [
    "Reranker.rerank with an async textOf",
    (e) => reranker(e).rerank("q", [1], (async () => "a") as never),
    /`textOf` returned a promise for the document at index 0/,
  ],
  [
    "Reranker.rerank with topK",
    (e) => reranker(e).rerank("q", ["a"], String, { topK: 1 } as never),
    /`topN`/,
  ],
  [
    "LangChain compressDocuments with options in the place of callbacks",
    (e) => lcReranker(e).compressDocuments(documents, "q", { signal: controller.signal } as never),
    /`callbacks` is an object; .*options come after them/,
  ],
  [
    "LangChain compressDocuments of [null]",
    (e) => lcReranker(e).compressDocuments([null as never], "q"),
    /document at index 0 has no text/,
  ],
  ["RerankingRetriever.invoke of a number", (e) => retriever(e).invoke(5 as never), /query is not a string/],
  [
    "RerankingRetriever.invoke with a controller",
    (e) => retriever(e).invoke("q", { signal: controller as never }),
    /`signal` is an AbortController/,
  ],
  [
    "RerankingRetriever.invoke with { signal: {} }",
    (e) => retriever(e).invoke("q", { signal: {} as never }),
    /`signal` is an object/,
  ],
  ["RerankingRetriever.invoke with 5", (e) => retriever(e).invoke("q", 5 as never), /config is a number/],
];

const classes: readonly Class[] = [
  ["Embedder", (options) => new Embedder(options)],
  ["Reranker", (options) => new Reranker(options)],
  ["LangChain TogetherEmbeddings", (options) => new langchain.TogetherEmbeddings(options)],
  ["LangChain TogetherReranker", (options) => new langchain.TogetherReranker(options)],
];

const constructors: Attempt[] = classes.flatMap(constructorAttempts);

const ofRetriever: Attempt[] = (
  [
    ["nothing", undefined, /given no options; write new RerankingRetriever\(\{ retriever/],
    ["{}", {}, /`retriever` is missing/],
    [
      "{ baseRetriever, baseCompressor }",
      { baseRetriever: {}, baseCompressor: {} },
      /did you mean `retriever`/,
    ],
    ["{ retriever } only", { retriever: { invoke: () => [] } }, /`reranker` is missing/],
    ["a vector store", { retriever: { asRetriever: () => {} }, reranker: {} }, /`retriever` is an object/],
    ["a wrong reranker", { retriever: { invoke: () => [] }, reranker: {} }, /`reranker` is an object/],
    ["{ vectorStore }", { vectorStore: {} }, /asRetriever/],
  ] as [string, never, RegExp][]
).map(([label, options, message]): Attempt => [
  `RerankingRetriever of ${label}`,
  () => new RerankingRetriever(options),
  message,
]);

describe("wrong argument", () => {
  it.each([...perCall, ...lists, ...items, ...constructors, ...ofRetriever])(
    "causes a typed error that names the argument, without a request: %s",
    async (...attempt) => {
      expect(await errorNaming(...attempt)).toBeDefined();
    },
  );
});

describe("unusual argument", () => {
  it.each<[string, (emulator: Emulator) => Promise<unknown>]>([
    ["Embedder.embed with undefined options", (e) => embedder(e).embed(["a"], undefined)],
    ["Embedder.embed with { signal: undefined }", (e) => embedder(e).embed(["a"], { signal: undefined })],
    [
      "Embedder.embed with a controller, which has a signal",
      (e) => embedder(e).embed(["a"], new AbortController()),
    ],
    [
      "Embedder.embed with options without prototype",
      (e) => embedder(e).embed(["a"], Object.create(null) as object),
    ],
    ["Embedder.embedStream of a set", (e) => drain(embedder(e).embedStream(new Set(["a"])))],
    ["Reranker.rerank of strings without textOf", (e) => reranker(e).rerank("q", ["a 1"])],
    [
      "LangChain compressDocuments with no callbacks",
      (e) => lcReranker(e).compressDocuments(documents, "q", []),
    ],
    ["RerankingRetriever.invoke with null", (e) => retriever(e).invoke("q", null as never)],
  ])("works: %s", async (_, call) => {
    const { emulator } = bench();
    await call(emulator);
    expect(emulator.requests.length).toBe(1);
  });
});

describe("globalThis that accepts no new property", () => {
  it("does not stop a client", async () => {
    const { exitCode, stdout } = await runScript("test/e2e/security/frozen-global.ts", []);
    expect([exitCode, stdout]).toEqual([0, "1 vector"]);
  });
});

describe("polluted Object.prototype", () => {
  const polluted = Object.prototype as Record<string, unknown>;
  const added: string[] = [];
  const pollute = (name: string, value: unknown): void => {
    added.push(name);
    Object.defineProperty(polluted, name, { value, configurable: true, writable: true, enumerable: false });
  };

  afterEach(() => {
    for (const name of added.splice(0)) delete polluted[name];
  });

  it.each<[string, unknown]>([
    ["baseURL", "http://127.0.0.1:9"],
    ["apiKey", "stolen"],
    ["model", "other/model"],
    ["client", { embeddings: {}, rerank: {} }],
    ["batchSize", 1],
    ["dimensions", 7],
    ["queryPrefix", "polluted: "],
    ["documentPrefix", "polluted: "],
    ["normalize", true],
    ["cache", new MemoryStore()],
    ["namespace", "polluted"],
    ["countTokens", () => Number.NaN],
    ["onEvent", () => {}],
    ["topN", 1],
    ["minScore", 1000],
    ["documentText", () => "polluted"],
    ["signal", AbortSignal.abort("polluted")],
    ["onProgress", () => Promise.reject(new Error("polluted"))],
    ["defaultBaseURL", "http://127.0.0.1:9"],
  ])("sets no option: %s", async (name, value) => {
    const { emulator } = bench();
    const run = async (): Promise<unknown[]> => {
      emulator.clear();
      const cache = { store: new MemoryStore() };
      await new Embedder({ model: EMBEDDING, ...optionsFor(emulator), cache }).embed(["a", "b"], {});
      await lcEmbeddings(emulator).embedQuery("a", {});
      await lcReranker(emulator).compressDocuments(documents, "q", undefined, {});
      const keys = [...cache.store.entries.keys()];
      return [keys, emulator.requests.map(({ origin, path, body }) => ({ origin, path, body }))];
    };
    const before = await run();
    pollute(name, value);
    expect(await run()).toEqual(before);
  });
});
