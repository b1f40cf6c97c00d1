import { inspect } from "node:util";
import { BaseEmbedding, IngestionPipeline, TextNode } from "llamaindex";
import { afterEach, describe, expect, it, vi } from "vitest";
import { TogetherEmbeddings, type TogetherEmbeddingsParams } from "../../../src/llamaindex/index.js";
import {
  bench,
  EMBEDDING,
  KEY,
  only,
  rejection,
  texts,
  vectorOf,
  type Bench,
} from "../../support/emulate.js";
import { MemoryStore } from "../../support/store.js";

type Log = (...args: unknown[]) => void;

const BGE = "BAAI/bge-large-en-v1.5";

function on({ emulator, events }: Bench, own: Partial<TogetherEmbeddingsParams> = {}): TogetherEmbeddings {
  const shared = { apiKey: KEY, fetch: emulator.fetch };
  return new TogetherEmbeddings({
    model: EMBEDDING,
    ...shared,
    onEvent: (event) => events.push(event),
    ...own,
  });
}

/** The number of texts of each request. */
function sizes({ emulator }: Bench): number[] {
  return emulator.requests.map((request) => request.texts);
}

afterEach(() => vi.restoreAllMocks());

describe("TogetherEmbeddings for LlamaIndex", () => {
  it("fails with the reason of a rejected promise of `progressCallback`", async () => {
    const mistake = new Error("a mistake in a callback");
    const progressCallback = (): void => Promise.reject(mistake) as never;
    expect(await rejection(on(bench()).getTextEmbeddings(texts(3), { progressCallback }))).toBe(mistake);
  });

  it("is a LlamaIndex embedding model", () => {
    expect(on(bench())).toBeInstanceOf(BaseEmbedding);
    expect(on(bench())).toBeInstanceOf(TogetherEmbeddings);
  });

  it("shows no key", () => {
    const embeddings = on(bench());
    expect(inspect(embeddings, { depth: 9, showHidden: true })).toContain("TogetherEmbeddings");
    expect(inspect(embeddings, { depth: 9, showHidden: true })).not.toContain(KEY);
    expect(JSON.stringify(Object.entries(embeddings))).not.toContain(KEY);
  });

  it.each(["getTextEmbeddings", "getTextEmbeddingsBatch"] as const)(
    "sends texts in batches, not one by one: %s",
    async (method) => {
      const server = bench();
      const vectors = await on(server)[method](texts(200));
      expect(vectors).toEqual(texts(200).map(vectorOf));
      expect(sizes(server)).toEqual([128, 72]);
    },
  );

  it("sends no base64 request after its server has rejected one", async () => {
    const server = bench({ base64: "reject" });
    const embeddings = on(server);
    await embeddings.getTextEmbedding("one");
    server.emulator.clear();
    await embeddings.getTextEmbedding("two");
    expect(sizes(server)).toEqual([1]);
  });

  it("embeds a document with getTextEmbedding, without the query prefix", async () => {
    const server = bench();
    const embeddings = on(server, { queryPrefix: "find: ", documentPrefix: "keep: " });
    expect(await embeddings.getTextEmbedding("a text")).toEqual(vectorOf("keep: a text"));
    expect(server.bodies()).toMatchObject([{ input: ["keep: a text"] }]);
  });

  it("has several batches in flight at once", async () => {
    const server = bench({ latency: 5 });
    await on(server, { batchSize: 1 }).getTextEmbeddingsBatch(texts(8));
    expect(Math.max(...only(server.events, "request").map(({ inFlight }) => inFlight))).toBeGreaterThan(1);
  });

  it("keeps documents in the cache", async () => {
    const server = bench();
    const embeddings = on(server, { cache: new MemoryStore() });
    await embeddings.getTextEmbedding("a text");
    expect(await embeddings.getTextEmbeddings(["a text"])).toEqual([vectorOf("a text")]);
    expect(sizes(server)).toEqual([1]);
  });
});

describe("getQueryEmbedding()", () => {
  it.each([
    ["a part of a query", { type: "text", text: "a question" } as const],
    ["a string", "a question"],
  ])("accepts %s, and adds the query prefix", async (_, query) => {
    const server = bench();
    const vector = await on(server, { queryPrefix: "find: " }).getQueryEmbedding(query);
    expect(vector).toEqual(vectorOf("find: a question"));
    expect(server.bodies()).toMatchObject([{ input: ["find: a question"] }]);
  });

  it("returns null for an image, as in LlamaIndex", async () => {
    const server = bench();
    const picture = { type: "image_url", image_url: { url: "https://example.com/bee.png" } } as const;
    expect(await on(server).getQueryEmbedding(picture)).toBeNull();
    expect(sizes(server)).toEqual([]);
  });

  it.each([
    // Without this error, LlamaIndex finds nothing and reports no error.
    ["a blank question", { type: "text", text: "" } as const, "the query is blank"],
    ["what is no question", undefined as unknown as string, "the query is not a string but undefined"],
    ["null", null as unknown as string, "the query is not a string but null"],
    ["an object without a type", { text: "a question" } as never, "the query is not a string but an object"],
    [
      "a part of a query without a text",
      { type: "text" } as never,
      "the query is not a string but undefined",
    ],
  ])("rejects %s", async (_, query, problem) => {
    const error = await rejection(on(bench()).getQueryEmbedding(query));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining(problem) });
  });
});

describe("embedBatchSize", () => {
  it("causes no second model-unknown event when it is changed", async () => {
    const server = bench();
    const embeddings = on(server);
    embeddings.embedBatchSize = 1;
    await embeddings.getTextEmbeddings(texts(2));
    embeddings.embedBatchSize = 2;
    await embeddings.getTextEmbeddings(texts(2));
    expect(sizes(server)).toEqual([1, 1, 2]);
    expect(only(server.events, "model-unknown")).toHaveLength(1);
  });

  it("limits the texts of a request as an option", async () => {
    const server = bench();
    const embeddings = on(server, { embedBatchSize: 2 });
    expect(embeddings.embedBatchSize).toBe(2);
    await embeddings.getTextEmbeddingsBatch(texts(5));
    expect(sizes(server)).toEqual([2, 2, 1]);
  });

  it("limits the texts of a request when it is set on a model in use", async () => {
    const server = bench();
    const embeddings: BaseEmbedding = on(server, { batchSize: 4 });
    await embeddings.getTextEmbeddingsBatch(texts(4));
    embeddings.embedBatchSize = 3;
    await embeddings.getTextEmbeddingsBatch(texts(4));
    expect(sizes(server)).toEqual([4, 3, 1]);
  });

  it.each([128, 512])(
    "is never exceeded once it is set, also if it is set to its current value: %i",
    async (size) => {
      const server = bench();
      const embeddings: BaseEmbedding = on(server);
      expect(embeddings.embedBatchSize).toBe(128);
      embeddings.embedBatchSize = size;
      expect(embeddings.embedBatchSize).toBe(size);
      await embeddings.getTextEmbeddings(texts(4096));
      expect(Math.max(...sizes(server))).toBe(size);
      expect(sizes(server).length).toBe(4096 / size);
    },
  );

  it("grows for a long list of short texts until it is set", async () => {
    const server = bench();
    await on(server).getTextEmbeddings(texts(4096));
    expect(Math.max(...sizes(server))).toBeGreaterThan(128);
  });

  it("is listed among the properties, and can be redefined, as in LlamaIndex", () => {
    const embeddings = on(bench());
    expect(Object.keys(embeddings)).toContain("embedBatchSize");
    Object.defineProperty(embeddings, "embedBatchSize", { value: 9 });
    expect(embeddings.embedBatchSize).toBe(9);
  });

  it("returns `batchSize`, or the default of core", () => {
    expect(on(bench(), { batchSize: 7 }).embedBatchSize).toBe(7);
    expect(on(bench()).embedBatchSize).toBe(128);
  });

  it("accepts only the same value as `batchSize` beside it", () => {
    expect(on(bench(), { batchSize: 5, embedBatchSize: 5 }).embedBatchSize).toBe(5);
    expect(() => on(bench(), { batchSize: 4, embedBatchSize: 5 })).toThrow(
      "Cannot create TogetherEmbeddings: `batchSize` and `embedBatchSize` differ; set one of them: they mean the same",
    );
  });

  it("is listed in the error for an unknown option", () => {
    const wrong = { temperature: 5 } as object;
    expect(() => on(bench(), wrong)).toThrow(/it takes model, .*, cache, embedBatchSize \(see/);
  });

  it.each([0, 2049, 1.5, Number.NaN])("rejects %d with an error that names embedBatchSize", async (size) => {
    const sentence = "`embedBatchSize` is ";
    expect(() => on(bench(), { embedBatchSize: size })).toThrow(sentence);
    const embeddings = on(bench());
    embeddings.embedBatchSize = size;
    expect(await rejection(embeddings.getTextEmbedding("a text"))).toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining(sentence),
    });
  });
});

describe("embedInfo", () => {
  it("reports what is known of the model, and makes LlamaIndex truncate nothing", () => {
    const embeddings = on(bench(), { model: BGE });
    expect(embeddings.embedInfo).toEqual({ dimensions: 1024, maxTokens: 512 });
    const long = ["word ".repeat(2000)];
    expect(embeddings.truncateMaxTokens(long)).toEqual(long);
  });

  it("reports what is known of `baseModel`", () => {
    expect(on(bench(), { baseModel: BGE }).embedInfo).toEqual({ dimensions: 1024, maxTokens: 512 });
  });

  it("reports what was set, and nothing for an unknown model", () => {
    const own = { model: BGE, dimensions: 4, maxInputTokens: 100 };
    expect(on(bench(), own).embedInfo).toEqual({ dimensions: 4, maxTokens: 100 });
    expect(on(bench()).embedInfo).toEqual({});
  });

  it("omits dimensions of an unknown model, which `dimensions` reports after the first response", async () => {
    const embeddings = on(bench());
    expect(embeddings.dimensions).toBeUndefined();
    await embeddings.getTextEmbedding("a text");
    expect(embeddings.dimensions).toBe(4);
  });
});

describe("call options of embeddings", () => {
  it("calls progressCallback with the number of embedded texts and the total", async () => {
    const progressCallback = vi.fn<(current: number, total: number) => void>();
    const embeddings = on(bench(), { embedBatchSize: 2, maxConcurrency: 1 });
    await embeddings.getTextEmbeddingsBatch(texts(5), { progressCallback });
    expect(progressCallback.mock.calls).toEqual([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it("writes LlamaIndex's line to the logger, or to the console, with logProgress", async () => {
    const logger = { log: vi.fn<Log>(), error: vi.fn<Log>(), warn: vi.fn<Log>() };
    const log = vi.spyOn(console, "log").mockReturnValue();
    const embeddings = on(bench());
    await embeddings.getTextEmbeddingsBatch(texts(1));
    await embeddings.getTextEmbeddingsBatch(texts(2), { logProgress: true, logger });
    expect(logger.log.mock.calls).toEqual([["getting embedding progress: 2 / 2"]]);
    expect(log).not.toHaveBeenCalled();
    await embeddings.getTextEmbeddingsBatch(texts(3), { logProgress: true });
    expect(log.mock.calls).toEqual([["getting embedding progress: 3 / 3"]]);
  });

  it("may contain the options of other components of LlamaIndex", async () => {
    const options = { chunkSize: 512, similarityTopK: 3 } as object;
    expect(await on(bench()).getTextEmbeddings(["a text"], options)).toEqual([vectorOf("a text")]);
  });

  it("causes an error that suggests the option for a similar name", async () => {
    const options = { progressCallBack: () => {} } as object;
    expect(await rejection(on(bench()).getTextEmbeddings(["a text"], options))).toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining("did you mean `progressCallback`?"),
    });
  });

  it("ignores what a polluted Object.prototype adds to it", async () => {
    const log = vi.spyOn(console, "log").mockReturnValue();
    const embeddings = on(bench());
    const polluted = Object.prototype as Record<string, unknown>;
    Object.defineProperty(polluted, "logProgress", { value: true, configurable: true, writable: true });
    try {
      await embeddings.getTextEmbeddings(["a text"], {});
    } finally {
      delete polluted["logProgress"];
    }
    expect(log).not.toHaveBeenCalled();
  });

  it("receives a signal through a pipeline, which ends the pipeline's run", async () => {
    const server = bench({ faults: () => "hang" });
    const pipeline = new IngestionPipeline({ transformations: [on(server)] });
    const controller = new AbortController();
    const nodes = [new TextNode({ text: "a text" })];
    const pending = rejection(pipeline.run({ nodes }, { signal: controller.signal }));
    await vi.waitFor(() => expect(server.emulator.inFlight).toBe(1));
    controller.abort("stop");
    expect(await pending).toBe("stop");
  });
});
