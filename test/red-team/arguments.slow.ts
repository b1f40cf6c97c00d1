/**
 * Wrong arguments at every entry. Each attempt must end in an error of ours that names the argument, without a request,
 * or must work.
 */

import { Document } from "@langchain/core/documents";
import { afterEach, describe, expect, it } from "vitest";
import type { Emulator } from "../../src/emulator/index.js";
import { Embedder, isTogetherError, Reranker } from "../../src/index.js";
import * as langchain from "../../src/langchain/index.js";
import { RerankingRetriever } from "../../src/langchain/retriever.js";
import * as llamaindex from "../../src/llamaindex/index.js";
import { bench, EMBEDDING, KEY, RERANK } from "../support/emulate.js";
import { runScript } from "../support/program.js";
import { MemoryStore } from "../support/store.js";

type Call = (emulator: Emulator, argument: never) => unknown;

const own = ({ fetch }: Emulator, options: object = {}) => ({ apiKey: KEY, fetch, ...options });
const embedder = (emulator: Emulator) => new Embedder({ model: EMBEDDING, ...own(emulator) });
const reranker = (emulator: Emulator) => new Reranker({ model: RERANK, ...own(emulator) });
const lcEmbeddings = (emulator: Emulator) =>
  new langchain.TogetherEmbeddings({ model: EMBEDDING, ...own(emulator) });
const lcReranker = (emulator: Emulator) =>
  new langchain.TogetherReranker({ model: RERANK, ...own(emulator) });
const liEmbeddings = (emulator: Emulator) =>
  new llamaindex.TogetherEmbeddings({ model: EMBEDDING, ...own(emulator) });
const liReranker = (emulator: Emulator) =>
  new llamaindex.TogetherReranker({ model: RERANK, ...own(emulator) });
const retriever = (emulator: Emulator) =>
  new RerankingRetriever({
    retriever: { invoke: async () => documents } as never,
    reranker: lcReranker(emulator),
  });

const documents = [new Document({ pageContent: "a 1" }), new Document({ pageContent: "a 2" })];
const nodes = [{ node: { getContent: () => "a 1" } }] as never[];

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

const controller = new AbortController();

/** What is no options of a call, and what the message says of it. */
const wrongCallOptions: readonly (readonly [label: string, options: unknown, names: RegExp])[] = [
  ["null", null, /`options` are null/],
  ["a number", 5, /`options` are a number/],
  ["a function", () => {}, /`options` are a function/],
  ["a signal instead of { signal }", controller.signal, /`options` are an AbortSignal/],
  ["{ signal: controller }", { signal: controller }, /`signal` is an AbortController; pass its `signal`/],
  ["{ signal: {} }", { signal: {} }, /`signal` is an object; it must be an AbortSignal/],
  ["{ signal: null }", { signal: null }, /`signal` is null/],
  [
    "{ abortSignal }",
    { abortSignal: controller.signal },
    /`abortSignal` is not an option; did you mean `signal`/,
  ],
  ["{ onProgress: 5 }", { onProgress: 5 }, /`onProgress` is 5; it must be a function/],
];

/** Every method that takes options. */
const methods: readonly (readonly [label: string, call: Call])[] = [
  ["Embedder.embed", (emulator, options) => embedder(emulator).embed(["a"], options)],
  ["Embedder.embedQuery", (emulator, options) => embedder(emulator).embedQuery("a", options)],
  ["Embedder.embedStream", (emulator, options) => drain(embedder(emulator).embedStream(["a"], options))],
  ["Reranker.rerank", (emulator, options) => reranker(emulator).rerank("q", ["a"], undefined, options)],
  ["LangChain embedDocuments", (emulator, options) => lcEmbeddings(emulator).embedDocuments(["a"], options)],
  ["LangChain embedQuery", (emulator, options) => lcEmbeddings(emulator).embedQuery("a", options)],
  ["LangChain rerank", (emulator, options) => lcReranker(emulator).rerank(documents, "q", options)],
  [
    "LangChain compressDocuments",
    (emulator, options) => lcReranker(emulator).compressDocuments(documents, "q", undefined, options),
  ],
  [
    "LlamaIndex postprocessNodes",
    (emulator, options) => liReranker(emulator).postprocessNodes(nodes, "q", options),
  ],
];

/** LlamaIndex names `onProgress` differently, and a pipeline passes options of other transformations. */
const llamaIndexMethods: readonly (readonly [label: string, call: Call])[] = [
  [
    "LlamaIndex getTextEmbedding",
    (emulator, options) => liEmbeddings(emulator).getTextEmbedding("a", options),
  ],
  [
    "LlamaIndex getTextEmbeddings",
    (emulator, options) => liEmbeddings(emulator).getTextEmbeddings(["a"], options),
  ],
  [
    "LlamaIndex getQueryEmbedding",
    (emulator, options) => liEmbeddings(emulator).getQueryEmbedding("a", options),
  ],
];

type Attempt = readonly [label: string, call: (emulator: Emulator) => unknown, message: RegExp];

const perCall: Attempt[] = [
  ...methods.flatMap(([method, call]) =>
    wrongCallOptions.map(([label, options, message]): Attempt => [
      `${method} with ${label}`,
      (emulator) => call(emulator, options as never),
      message,
    ]),
  ),
  ...llamaIndexMethods.flatMap(([method, call]) =>
    wrongCallOptions
      .filter(([label]) => !label.includes("onProgress"))
      .map(([label, options, message]): Attempt => [
        `${method} with ${label}`,
        (emulator) => call(emulator, options as never),
        message,
      ]),
  ),
];

const list = /(texts|documents) are not an array but/;
const lists: Attempt[] = (
  [
    ["a string", "abc"],
    ["null", null],
    ["undefined", undefined],
    ["a set", new Set(["a"])],
    ["an iterator", ["a"].values()],
    ["an array-like object", { length: 1, 0: "a" }],
  ] as [string, never][]
).flatMap(([label, given]): Attempt[] => [
  [`Embedder.embed of ${label}`, (emulator) => embedder(emulator).embed(given), list],
  [`Reranker.rerank of ${label}`, (emulator) => reranker(emulator).rerank("q", given), list],
  [`LangChain embedDocuments of ${label}`, (emulator) => lcEmbeddings(emulator).embedDocuments(given), list],
  [`LangChain rerank of ${label}`, (emulator) => lcReranker(emulator).rerank(given, "q"), list],
  [
    `LangChain compressDocuments of ${label}`,
    (emulator) => lcReranker(emulator).compressDocuments(given, "q"),
    list,
  ],
  [
    `LlamaIndex getTextEmbeddings of ${label}`,
    (emulator) => liEmbeddings(emulator).getTextEmbeddings(given),
    list,
  ],
  [
    `LlamaIndex postprocessNodes of ${label}`,
    (emulator) => liReranker(emulator).postprocessNodes(given, "q"),
    list,
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
  [
    "LlamaIndex getQueryEmbedding of null",
    (e) => liEmbeddings(e).getQueryEmbedding(null as never),
    /query is not/,
  ],
  [
    "LlamaIndex getQueryEmbedding of {}",
    (e) => liEmbeddings(e).getQueryEmbedding({} as never),
    /query is not/,
  ],
  [
    "LlamaIndex postprocessNodes of [null]",
    (e) => liReranker(e).postprocessNodes([null as never], "q"),
    /index 0/,
  ],
  [
    "LlamaIndex postprocessNodes of [{}]",
    (e) => liReranker(e).postprocessNodes([{} as never], "q"),
    /index 0/,
  ],
  [
    "LlamaIndex postprocessNodes of a node without getContent",
    (e) => liReranker(e).postprocessNodes([{ node: {} } as never], "q"),
    /document at index 0 has no text/,
  ],
  [
    "LlamaIndex postprocessNodes without a query",
    (e) => liReranker(e).postprocessNodes(nodes),
    /query is not/,
  ],
  [
    "LlamaIndex postprocessNodes with a query of null parts",
    (e) => liReranker(e).postprocessNodes(nodes, [null] as never),
    /query is not a string but an array/,
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

const classes: readonly (readonly [name: string, create: (options: never) => unknown])[] = [
  ["Embedder", (options) => new Embedder(options)],
  ["Reranker", (options) => new Reranker(options)],
  ["LangChain TogetherEmbeddings", (options) => new langchain.TogetherEmbeddings(options)],
  ["LangChain TogetherReranker", (options) => new langchain.TogetherReranker(options)],
  ["LlamaIndex TogetherEmbeddings", (options) => new llamaindex.TogetherEmbeddings(options)],
  ["LlamaIndex TogetherReranker", (options) => new llamaindex.TogetherReranker(options)],
];

const constructors: Attempt[] = classes.flatMap(([name, create]) =>
  (
    [
      ["nothing", undefined, /it was given no options/],
      ["null", null, /it was given no options/],
      ["a number", 5, /it was given no options/],
      ["the model's id", "BAAI/bge-base-en-v1.5", /it was given no options/],
      ["a map", new Map([["model", "m"]]), /it was given no options/],
      ["{}", {}, /`model` is missing/],
      ["{ modelName }", { modelName: "m" }, /did you mean `model`/],
      ["{ model: {} }", { model: {} }, /`model` is an object/],
      ["{ headers }", { model: "m", apiKey: KEY, headers: {} }, /`headers` is not an option; .*`client: /],
      ["{ onEvent: 5 }", { model: "m", apiKey: KEY, onEvent: 5 }, /`onEvent` is 5/],
    ] as [string, never, RegExp][]
  ).map(([label, options, message]): Attempt => [`${name} of ${label}`, () => create(options), message]),
);

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

describe("a wrong argument", () => {
  it.each([...perCall, ...lists, ...items, ...constructors, ...ofRetriever])(
    "is named by a typed error, without a request: %s",
    async (_, call, message) => {
      const { emulator } = bench();
      let error: unknown;
      try {
        await call(emulator);
      } catch (caught) {
        error = caught;
      }
      expect(isTogetherError(error)).toBe(true);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toMatch(/^Cannot [a-z].+: .+; .+ \(see /);
      expect(emulator.requests.length).toBe(0);
    },
  );
});

describe("an unusual argument", () => {
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
    [
      "LlamaIndex with options of another transformation",
      (e) => liEmbeddings(e).getTextEmbedding("a", { chunkOverlap: 5 } as object),
    ],
    ["RerankingRetriever.invoke with null", (e) => retriever(e).invoke("q", null as never)],
  ])("works: %s", async (_, call) => {
    const { emulator } = bench();
    await call(emulator);
    expect(emulator.requests.length).toBe(1);
  });
});

describe("a globalThis that accepts no new property", () => {
  it("keeps no client from working", async () => {
    const { exitCode, stdout } = await runScript("test/red-team/frozen-global.ts", []);
    expect([exitCode, stdout]).toEqual([0, "1 vector"]);
  });
});

describe("a polluted Object.prototype", () => {
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
    ["embedBatchSize", 1],
    ["signal", AbortSignal.abort("polluted")],
    ["onProgress", () => Promise.reject(new Error("polluted"))],
    ["defaultBaseURL", "http://127.0.0.1:9"],
  ])("sets no option: %s", async (name, value) => {
    const { emulator } = bench();
    const run = async (): Promise<unknown[]> => {
      emulator.clear();
      const cache = { store: new MemoryStore() };
      await new Embedder({ model: EMBEDDING, ...own(emulator), cache }).embed(["a", "b"], {});
      await lcEmbeddings(emulator).embedQuery("a", {});
      await liEmbeddings(emulator).getTextEmbeddings(["a", "b"], {});
      await lcReranker(emulator).compressDocuments(documents, "q", undefined, {});
      const keys = [...cache.store.entries.keys()];
      return [keys, emulator.requests.map(({ origin, path, body }) => ({ origin, path, body }))];
    };
    const before = await run();
    pollute(name, value);
    expect(await run()).toEqual(before);
  });
});
