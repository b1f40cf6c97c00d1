/** Wrong arguments for LlamaIndex. */

import { describe, expect, it } from "vitest";
import type { Emulator } from "../../../src/emulator/index.js";
import { TogetherEmbeddings, TogetherReranker } from "../../../src/llamaindex/index.js";
import { bench, EMBEDDING, RERANK } from "../../support/emulate.js";
import {
  callAttempts,
  constructorAttempts,
  errorNaming,
  nonArrays,
  NOT_AN_ARRAY,
  optionsFor,
  type Attempt,
  type Method,
} from "./arguments.js";

const liEmbeddings = (emulator: Emulator) =>
  new TogetherEmbeddings({ model: EMBEDDING, ...optionsFor(emulator) });
const liReranker = (emulator: Emulator) => new TogetherReranker({ model: RERANK, ...optionsFor(emulator) });
const nodes = [{ node: { getContent: () => "a 1" } }] as never[];

const postprocessNodes: Method = [
  "LlamaIndex postprocessNodes",
  (emulator, options) => liReranker(emulator).postprocessNodes(nodes, "q", options),
];

/** LlamaIndex has another name for `onProgress`. A pipeline passes options of other transformations. */
const others: readonly Method[] = [
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

const perCall: Attempt[] = [
  ...callAttempts(postprocessNodes),
  ...others.flatMap(callAttempts).filter(([label]) => !label.includes("onProgress")),
];

const lists: Attempt[] = nonArrays.flatMap(([label, given]): Attempt[] => [
  [
    `LlamaIndex getTextEmbeddings of ${label}`,
    (emulator) => liEmbeddings(emulator).getTextEmbeddings(given),
    NOT_AN_ARRAY,
  ],
  [
    `LlamaIndex postprocessNodes of ${label}`,
    (emulator) => liReranker(emulator).postprocessNodes(given, "q"),
    NOT_AN_ARRAY,
  ],
]);

const items: Attempt[] = [
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
];

const constructors: Attempt[] = [
  ...constructorAttempts(["LlamaIndex TogetherEmbeddings", (options) => new TogetherEmbeddings(options)]),
  ...constructorAttempts(["LlamaIndex TogetherReranker", (options) => new TogetherReranker(options)]),
];

describe("wrong argument for LlamaIndex", () => {
  it.each([...perCall, ...lists, ...items, ...constructors])(
    "causes a typed error that names the argument, without a request: %s",
    async (...attempt) => {
      expect(await errorNaming(...attempt)).toBeDefined();
    },
  );
});

describe("option of another transformation", () => {
  it("is ignored", async () => {
    const { emulator } = bench();
    await liEmbeddings(emulator).getTextEmbedding("a", { chunkOverlap: 5 } as object);
    expect(emulator.requests.length).toBe(1);
  });
});

describe("polluted Object.prototype", () => {
  it("sets no `embedBatchSize`", async () => {
    const { emulator } = bench();
    const polluted = Object.prototype as Record<string, unknown>;
    Object.defineProperty(polluted, "embedBatchSize", { value: 1, configurable: true, writable: true });
    try {
      await liEmbeddings(emulator).getTextEmbeddings(["a", "b"]);
    } finally {
      delete polluted["embedBatchSize"];
    }
    expect(emulator.requests.map(({ texts }) => texts)).toEqual([2]);
  });
});
