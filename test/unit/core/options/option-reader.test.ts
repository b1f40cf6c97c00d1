import { afterEach, describe, expect, it } from "vitest";
import { splitOptions } from "../../../../src/core/options/option-reader.js";
import { integer, string } from "../../../../src/core/options/option-types.js";
import { Embedder, Reranker } from "../../../../src/index.js";
import { errorMessage, see, type Made } from "../../../support/error-message.js";
import { MemoryStore } from "../../../support/store.js";

const BIGGEST = Number.MAX_SAFE_INTEGER;

class Fields {
  readonly model = "m";
  readonly apiKey = "k";
  readonly dimensions = 4;
}

describe("OptionReader", () => {
  const wholes: [string, number, number, Made][] = [
    ["timeout", 1, 2_147_483_647, Embedder],
    ["maxRetries", 0, 100, Embedder],
    ["retryDeadline", 1, 2_147_483_647, Embedder],
    ["retryDeadline", 1, 2_147_483_647, Reranker],
    ["maxConcurrency", 1, 1024, Embedder],
    ["batchSize", 1, 2048, Embedder],
    ["dimensions", 1, 16_384, Embedder],
    ["maxInputTokens", 1, BIGGEST, Embedder],
    ["batchSize", 1, 10_000, Reranker],
    ["topN", 1, BIGGEST, Reranker],
  ];

  it.each(wholes)("accepts for %s an integer from %i to %i", (name, least, most, made) => {
    const range = most === BIGGEST ? `${least} or more` : `from ${least} to ${most}`;
    for (const value of [least - 1, most + 1, least + 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      if (value === BIGGEST + 1) continue;
      expect(errorMessage({ [name]: value }, made)).toBe(
        `Cannot create ${made.name}: \`${name}\` is ${value}; it must be a whole number, ${range}`,
      );
    }
    for (const value of [least, most]) {
      expect(() => new made({ model: "m", apiKey: "k", [name]: value })).not.toThrow();
    }
  });

  it.each<[object, string, Made?]>([
    [{ timeout: "1000" }, "`timeout` is a string; it must be a whole number, from 1 to 2147483647"],
    [{ minScore: Number.NaN }, "`minScore` is NaN; it must be a finite number", Reranker],
    [{ minScore: "0.5" }, "`minScore` is a string; it must be a finite number", Reranker],
    [{ fallback: "ignore" }, '`fallback` is a string; it must be "none" or "original-order"', Reranker],
    [{ longText: "cut" }, '`longText` is a string; it must be "send" or "reject"'],
    [{ encodingFormat: "int8" }, '`encodingFormat` is a string; it must be "base64" or "float"'],
    [{ normalize: 1 }, "`normalize` is 1; it must be true or false"],
    [{ queryPrefix: null }, "`queryPrefix` is null; it must be a string"],
    [{ documentPrefix: ["p"] }, "`documentPrefix` is an array; it must be a string"],
    [{ countTokens: {} }, "`countTokens` is an object; it must be a function"],
    [{ onEvent: "log" }, "`onEvent` is a string; it must be a function"],
    [{ fetch: true }, "`fetch` is a boolean; it must be a function"],
    [{ apiKey: 5 }, "`apiKey` is 5; it must be a string"],
    [
      { cache: {} },
      "`cache` has no `mget` and `mset`; pass a LangChain byte store, or { store, namespace } with one",
    ],
    [
      { cache: { store: new MemoryStore(), namespace: 5 } },
      "`cache` has no `mget` and `mset`; pass a LangChain byte store, or { store, namespace } with one",
    ],
    [
      { cache: { mget: async () => [] } },
      "`cache` has no `mget` and `mset`; pass a LangChain byte store, or { store, namespace } with one",
    ],
    [
      { cache: { mset: async () => {} } },
      "`cache` has no `mget` and `mset`; pass a LangChain byte store, or { store, namespace } with one",
    ],
    [
      { cache: { store: new MemoryStore(), namespaces: "bees" } },
      "`cache.namespaces` is not an option; did you mean `namespace`?",
    ],
    [
      { cache: null },
      "`cache` has no `mget` and `mset`; pass a LangChain byte store, or { store, namespace } with one",
    ],
    [{ client: null }, '`client` is not a Together client; pass `new Together()` from "together-ai"'],
    [
      { client: {}, baseURL: "https://here.example", fetch: () => {} },
      "`client` and `baseURL`, `fetch` are both set; set them on the client, or leave the client out",
    ],
    [
      { baseURL: "https://:password@here.example" },
      "`baseURL` holds a user name, a query or a fragment; pass the plain address; credentials belong in `apiKey`",
    ],
    ...[undefined, "", " "].map((model): [object, string] => [
      { model },
      '`model` is missing; name the model your index belongs to, such as "BAAI/bge-large-en-v1.5", or "<project>/<endpoint>" for a dedicated endpoint',
    ]),
    [{ client: "client" }, '`client` is not a Together client; pass `new Together()` from "together-ai"'],
    [
      { longText: "reject", maxInputTokens: 5 },
      '`longText` is "reject" without `countTokens`; pass the model\'s tokenizer, because an estimate must not reject a text',
    ],
    [
      { longText: "reject", countTokens: () => 1 },
      '`longText` is "reject" for a model of unknown limit; set `baseModel` or `maxInputTokens`',
    ],
    [{ apiKey: "a b" }, "the API key holds a space, a line break or a special character; copy it once more"],
    [
      { apiKey: "schlüssel" },
      "the API key holds a space, a line break or a special character; copy it once more",
    ],
  ])("rejects %j", (options, message, made: Made = Embedder) => {
    const own = "client" in options ? { apiKey: undefined, ...options } : options;
    expect(errorMessage(own, made)).toBe(`Cannot create ${made.name}: ${message}`);
  });

  it.each([undefined, "", " "])("rejects %j as API key", (apiKey) => {
    const message =
      "Cannot create Embedder: there is no API key; set the environment variable TOGETHER_API_KEY, or pass `apiKey`";
    expect(() => new Embedder({ model: "m", apiKey })).toThrow(
      expect.objectContaining({
        code: "missing_api_key",
        message: message + see("missing_api_key"),
      }) as Error,
    );
  });

  it.each([undefined, null, "BAAI/bge-base-en-v1.5"])("rejects %j instead of options", (options) => {
    expect(() => new Embedder(options as never)).toThrow(
      'Cannot create Embedder: it was given no options; write new Embedder({ model: "..." })',
    );
  });

  it("rejects an unknown option, and names a similar one or all of them", () => {
    expect(errorMessage({ api_key: "k" })).toBe(
      "Cannot create Embedder: `api_key` is not an option; did you mean `apiKey`?",
    );
    expect(errorMessage({ baseUrl: "x" })).toContain("did you mean `baseURL`?");
    expect(errorMessage({ topn: 1 }, Reranker)).toContain("did you mean `topN`?");
    expect(errorMessage({ temperature: 1 })).toBe(
      "Cannot create Embedder: `temperature` is not an option; it takes model, baseModel, apiKey, baseURL, timeout, " +
        "maxRetries, retryDeadline, maxConcurrency, fetch, client, onEvent, batchSize, dimensions, queryPrefix, documentPrefix, normalize, " +
        "longText, maxInputTokens, countTokens, encodingFormat, cache",
    );
    expect(errorMessage({ normalize: true }, Reranker)).toBe(
      "Cannot create Reranker: `normalize` is not an option; it takes model, baseModel, apiKey, baseURL, timeout, " +
        "maxRetries, retryDeadline, maxConcurrency, fetch, client, onEvent, topN, minScore, batchSize, fallback",
    );
  });

  it.each<[object]>([
    [{ model: undefined }],
    [{ model: " " }],
    [{ timeout: "1000" }],
    [{ apiKey: " " }],
    [{ baseURL: "here" }],
    [{ batchsize: 1 }],
  ])("includes the caller's line in the stack of the error for %o", (options) => {
    const create = (): Embedder => new Embedder({ model: "m", apiKey: "k", ...options });
    expect(thrown(create).stack).toContain("option-reader.test.ts");
  });

  it("ignores an option that is undefined", () => {
    const undefinedOptions = { batchSize: undefined, cache: undefined, modelName: undefined };
    expect(() => new Embedder({ model: "m", apiKey: "k", ...undefinedOptions })).not.toThrow();
  });

  it("never quotes a value that may be a misplaced key", () => {
    for (const name of ["timeout", "normalize", "longText", "cache", "baseURL", "fetch", "client"]) {
      expect(errorMessage({ apiKey: undefined, [name]: "tgp_v1_secret" })).not.toContain("secret");
    }
  });
});

describe("objects that hold options", () => {
  const fields = { model: "m", apiKey: "k", dimensions: 4 };
  const inheriting = (prototype: object | null): object =>
    Object.assign(Object.create(prototype) as object, fields);
  class Getters {
    get model(): string {
      return "m";
    }
    get apiKey(): string {
      return "k";
    }
    get dimensions(): number {
      return 4;
    }
  }

  it.each([
    ["a literal", fields],
    ["an object without a prototype", inheriting(null)],
    ["an object whose prototype has none", inheriting(inheriting(null))],
    ["an object of a class with fields", new Fields()],
    ["an object of a class with getters", new Getters()],
    ["an object of a subclass", new (class extends Getters {})()],
  ])("accepts %s", (_, options) => {
    const embedder = new Embedder(options as typeof fields);
    expect([embedder.model, embedder.dimensions]).toEqual(["m", 4]);
  });

  it.each([[[]], [["m"]], [new Map([["model", "m"]])], [new AbortController().signal], [() => {}]])(
    "rejects %o",
    (options) => {
      expect(() => new Embedder(options as never)).toThrow("it was given no options");
    },
  );

  it("names the unknown field of a class without known ones", () => {
    class Typo {
      readonly modle = "m";
    }
    expect(() => new Embedder(new Typo() as never)).toThrow(
      "`modle` is not an option; did you mean `model`?",
    );
  });
});

describe("option of a polluted Object.prototype", () => {
  const root = Object.prototype as { maxInputTokens?: number };

  afterEach(() => {
    delete root.maxInputTokens;
  });

  it.each([
    ["a literal", { model: "m", apiKey: "k" }],
    ["an object of a class", new Fields()],
  ])("is ignored for %s", (_, options) => {
    root.maxInputTokens = 7;
    const rejecting = { countTokens: () => 1, longText: "reject" } as const;
    expect(() => new Embedder(Object.assign(options, rejecting))).toThrow(
      '`longText` is "reject" for a model of unknown limit',
    );
  });

  it("is not passed to core by the class of a framework", () => {
    root.maxInputTokens = 7;
    const core = { model: string(), maxInputTokens: integer({ min: 1 }) };
    expect(Object.entries(splitOptions({ model: "m" }, {}, core, "Adapter").core)).toEqual([["model", "m"]]);
  });
});

describe("splitOptions()", () => {
  const core = { model: string(), batchSize: integer({ min: 1 }), dimensions: integer({ min: 1 }) };
  const own = { batchSize: integer({ min: 1, default: 3 }), label: string({ default: "none" }) };

  it("reads the framework's own options with their defaults, and returns those of core as passed", () => {
    const split = splitOptions({ model: "m", batchSize: 5, dimensions: undefined }, own, core, "Adapter");
    expect({ ...split.own }).toEqual({ batchSize: 5, label: "none" });
    expect(Object.entries(split.core)).toEqual([["model", "m"]]);
  });
});

/** Returns the thrown error, with V8's default of ten stack lines. */
function thrown(create: () => unknown): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 10;
  try {
    create();
  } catch (error) {
    return error as Error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  throw new Error("nothing was thrown");
}
