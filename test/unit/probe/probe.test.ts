import { describe, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import type { AssumptionId } from "../../../src/probe/assumptions.js";
import { assumptions } from "../../../src/probe/assumptions.js";
import { mostRequests, probe, type ProbeOptions } from "../../../src/probe/probe.js";
import { inJson, inPrint, type Report } from "../../../src/probe/report.js";
import { DOCUMENTS, PREFIX, QUERY, SENTENCES } from "../../../src/probe/texts.js";

const EMBEDDING = "BAAI/bge-large-en-v1.5";
const UNIT = "thenlper/gte-large";
const RERANK = "Salesforce/Llama-Rank-V1";
const KEY = "tgp_v1_secret";

/** Much as the known models are, and little to work for. */
const SMALL: EmulatorOptions = {
  maxBatchTexts: 1024,
  models: {
    [EMBEDDING]: { type: "embedding", dimensions: 32, maxTokens: 512, unitLength: false },
    [UNIT]: { type: "embedding", dimensions: 1024, maxTokens: 512 },
    [RERANK]: { type: "rerank", maxTokens: 600, maxDocuments: 1024 },
  },
};

/** Probes an emulator, through a `fetch` that may change its answers. */
async function probed(
  emulation: EmulatorOptions = {},
  options: ProbeOptions = { model: EMBEDDING },
  change: (response: Response) => Response | Promise<Response> = (response) => response,
): Promise<Report> {
  const emulator = createEmulator({ ...SMALL, ...emulation });
  const fetch: typeof emulator.fetch = async (input, init) => change(await emulator.fetch(input, init));
  const report = await probe({ apiKey: KEY, fetch, ...options });
  expect(report.requests).toBe(emulator.requests.length);
  return report;
}

function seen(
  report: Report,
  id: AssumptionId,
): [observed: string | undefined, expected: boolean | undefined] {
  const found = report.observations.find((observation) => observation.id === id);
  return [found?.observed, found?.expected];
}

/** Changes each vector of an answer. */
function changing(change: (body: { data: { index: number; embedding: unknown }[]; usage: unknown }) => void) {
  return async (response: Response): Promise<Response> => {
    const body = (await response.json()) as Parameters<typeof change>[0];
    if (Array.isArray(body.data)) change(body);
    return Response.json(body, response);
  };
}

/** Keeps so many of an answer's items at most, with status 200. */
function atMost(most: number) {
  return async (response: Response): Promise<Response> => {
    const body = (await response.json()) as { data?: unknown[]; results?: unknown[] };
    body.data &&= body.data.slice(0, most);
    body.results &&= body.results.slice(0, most);
    return Response.json(body, response);
  };
}

describe("probe() of embeddings", () => {
  it("finds an endpoint as the emulator is by default, as expected in every point", async () => {
    const report = await probed();
    expect(report.observations.filter(({ expected }) => expected !== true)).toEqual([]);
    expect(seen(report, "dimensions")).toEqual(["32", true]);
    expect(report.requests).toBe(8);
  });

  it.each<[AssumptionId, EmulatorOptions, string, boolean]>([
    ["base64", { base64: "ignore" }, "ignored: floats came back", false],
    ["base64", { base64: "refuse" }, "refused with 400", false],
    ["longText", { longText: "refuse" }, "refused with 400 beyond 512 tokens", true],
    ["longText", {}, "cut without a word, beyond 512 tokens or before", true],
    [
      "longText",
      { models: { [EMBEDDING]: { type: "embedding", dimensions: 64 } } },
      "read to the end, beyond 512 tokens",
      false,
    ],
    ["emptyText", { blankText: "refuse" }, "refused with 400", true],
    ["blankText", { blankText: "refuse" }, "refused with 400", true],
    ["blankText", { blankText: "accept" }, "accepted", true],
    ["mostTexts", { maxBatchTexts: 100 }, "64; 128 refused with 413", false],
    ["mostTexts", { maxBatchTexts: 600, tooLargeStatus: 422 }, "512; 1024 refused with 422", true],
    ["mostTexts", { maxBatchTexts: 3 }, "none accepted: 16 refused with 413", false],
    ["unitLength", { models: { [EMBEDDING]: { type: "embedding", dimensions: 64 } } }, "1", true],
    [
      "usage",
      { models: { [EMBEDDING]: { type: "embedding", dimensions: 64, reportsUsage: false } } },
      "null",
      true,
    ],
    ["prefix", { embed: (texts) => texts.map(() => [1, 2, 3]) }, "changes nothing", false],
  ])("sees %s under %o", async (id, emulation, observed, expected) => {
    expect(seen(await probed(emulation), id)).toEqual([observed, expected]);
  });

  it("sees vectors that come in another order, each with its index", async () => {
    const report = await probed(
      {},
      { model: EMBEDDING },
      changing((body) => {
        body.data = body.data.toReversed();
      }),
    );
    expect(seen(report, "order")).toEqual(["in another order, told by `index`", true]);
  });

  it("sees indexes that lie", async () => {
    let answers = 0;
    const lie = changing(({ data }) => {
      // The third request is the first whose texts stand the other way round.
      if (++answers === 3) data.forEach((item, place) => (item.index = data.length - 1 - place));
    });
    expect(seen(await probed({}, { model: EMBEDDING }, lie), "order")).toEqual([
      "the vectors belong to other texts",
      false,
    ]);
  });

  it("names rate headers on success", async () => {
    const report = await probed({}, { model: EMBEDDING }, async (response) => {
      const headers = new Headers(response.headers);
      headers.set("x-ratelimit-limit", "10");
      return new Response(await response.text(), { status: response.status, headers });
    });
    expect(seen(report, "rateHeaders")).toEqual(["x-ratelimit-limit", false]);
  });

  it("waits as long as a refusal says, and goes on", async () => {
    let refused = false;
    const limits = (): { waitSeconds: number } | undefined =>
      refused ? undefined : ((refused = true), { waitSeconds: 0.01 });
    const report = await probed({ limits });
    expect(report.requests).toBe(9);
    expect(report.observations.every(({ expected }) => expected)).toBe(true);
  });

  it("takes the limit of an unknown model from the user", async () => {
    const model = "me/my-endpoint";
    const models = { [model]: { type: "embedding", dimensions: 64, maxTokens: 100 } } as const;
    const report = await probed({ models }, { model, maxInputTokens: 100 });
    expect(seen(report, "longText")[0]).toBe("cut without a word, beyond 100 tokens or before");
  });
});

describe("probe() of reranking", () => {
  const rerank = { rerankModel: RERANK, maxInputTokens: 600 };
  const logits = { models: { [RERANK]: { type: "rerank", scores: "logits" } } } as const;

  it("finds an endpoint as the emulator is by default, as expected in every point", async () => {
    const report = await probed({}, rerank);
    expect(report.observations.filter(({ expected }) => expected !== true)).toEqual([]);
    expect(seen(report, "rerankAnswers")).toEqual(["4 of 4", true]);
  });

  it.each<[AssumptionId, EmulatorOptions, RegExp, boolean]>([
    ["mostDocuments", {}, /^1024; 2048 refused with 400$/, true],
    ["mostDocuments", { models: { [RERANK]: { type: "rerank", maxDocuments: 100 } } }, /^64; 128/, false],
    ["longDocument", { longText: "refuse" }, /^refused with 400 beyond 600 tokens$/, true],
    ["longDocument", logits, /^read to the end, beyond 600 tokens$/, false],
    ["blankDocument", { blankText: "refuse" }, /^refused with 400$/, true],
    ["scoreRange", logits, /^seen from -/, true],
    [
      "comparable",
      { rank: (_, documents) => documents.map((text) => text.length / documents.join("").length) },
      /^not comparable$/,
      true,
    ],
  ])("sees %s under %o", async (id, emulation, observed, expected) => {
    const [words, verdict] = seen(await probed(emulation, rerank), id);
    expect(words).toMatch(observed);
    expect(verdict).toBe(expected);
  });
});

describe("probe() of an endpoint that answers less than it was asked", () => {
  it("sees that it leaves vectors out without a word", async () => {
    const report = await probed({}, { model: EMBEDDING }, atMost(300));
    expect(seen(report, "mostTexts")).toEqual(["256; 512 answered with 300", false]);
  });

  it("sees that it returns a few results where nobody said how many", async () => {
    const report = await probed({}, { rerankModel: RERANK, maxInputTokens: 600 }, atMost(10));
    expect(seen(report, "mostDocuments")).toEqual(["none accepted: 16 answered with 10", false]);
  });
});

describe("a report", () => {
  const both = { model: EMBEDDING, rerankModel: RERANK };

  it("answers every assumption once", async () => {
    const { observations } = await probed({}, both);
    expect(observations.map(({ id }) => id).toSorted()).toEqual(Object.keys(assumptions).toSorted());
  });

  it("keeps to the number of requests that was announced, at worst", async () => {
    const report = await probed({ maxBatchTexts: 4 }, both);
    expect(report.requests).toBe(mostRequests(both));
  });

  it.each<[string, EmulatorOptions, ProbeOptions, string]>([
    ["floats", { base64: "refuse" }, { model: EMBEDDING }, 'encodingFormat: "float"'],
    ["a batch size", { maxBatchTexts: 300 }, { model: EMBEDDING }, "batchSize: 256,"],
    ["unit length", {}, { model: EMBEDDING }, "normalize: true"],
    [
      "dimensions",
      { models: { "me/mine": { type: "embedding", dimensions: 8 } } },
      { model: "me/mine" },
      "dimensions: 8,",
    ],
    [
      "the address",
      {},
      { model: UNIT, baseURL: "https://api-inference.together.ai/v1" },
      'baseURL: "https://api-',
    ],
    [
      "a batch size for documents",
      { models: { [RERANK]: { type: "rerank", maxDocuments: 50 } } },
      { rerankModel: RERANK },
      "batchSize: 32,",
    ],
  ])("recommends %s", async (_, emulation, options, code) => {
    expect((await probed(emulation, options)).recommended.join("\n")).toContain(code);
  });

  it("recommends nothing but the model where nothing else is needed", async () => {
    const { recommended } = await probed({ longText: "refuse" }, { model: UNIT });
    expect(recommended).toEqual([`new TogetherEmbeddings({\n  model: "${UNIT}",\n});`]);
  });

  it("holds neither key nor text nor a server's words, in print and as JSON", async () => {
    const report = await probed({ longText: "refuse", blankText: "refuse", maxBatchTexts: 4 }, both);
    const secrets = [KEY, ...SENTENCES, ...DOCUMENTS, QUERY, PREFIX, "maximum allowed", "number 1"];
    for (const text of [inPrint(report), inJson(report, "1.0.0")]) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
    expect(JSON.parse(inJson(report, "1.0.0"))).toMatchObject({
      "together-retrieval": "1.0.0",
      model: EMBEDDING,
    });
  });

  it("says what is otherwise than expected, first of all in its margin", async () => {
    const text = inPrint(await probed({ base64: "ignore" }));
    expect(text).toMatch(/^! {2}encoding_format: "base64" .* ignored: floats came back$/m);
    expect(text).toContain('Otherwise than expected: encoding_format: "base64".');
  });
});
