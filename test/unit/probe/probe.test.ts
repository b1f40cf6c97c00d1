import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import { assumptions, type AssumptionId } from "../../../src/probe/assumptions.js";
import { maxRequests, probe, type ProbeOptions } from "../../../src/probe/probe.js";
import { failedChecks, formatJson, formatText, type Report } from "../../../src/probe/report.js";
import { DOCUMENTS, PREFIX, QUERY, SENTENCES } from "../../../src/probe/texts.js";

const EMBEDDING = "BAAI/bge-large-en-v1.5";
const UNIT = "thenlper/gte-large";
const RERANK = "Salesforce/Llama-Rank-V1";
const KEY = "tgp_v1_secret";

/** Models that are similar to the known ones, with small vectors. */
const SMALL: EmulatorOptions = {
  maxBatchTexts: 1024,
  models: {
    [EMBEDDING]: { type: "embedding", dimensions: 32, maxTokens: 512, unitLength: false },
    [UNIT]: { type: "embedding", dimensions: 1024, maxTokens: 512 },
    [RERANK]: { type: "rerank", maxTokens: 600, maxDocuments: 1024 },
  },
};

/** Probes an emulator through a `fetch` that may change its responses. */
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

/** Changes the body of each response that holds vectors. */
function changing(change: (body: { data: { index: number; embedding: unknown }[]; usage: unknown }) => void) {
  return async (response: Response): Promise<Response> => {
    const body = (await response.json()) as Parameters<typeof change>[0];
    if (Array.isArray(body.data)) change(body);
    return Response.json(body, response);
  };
}

/** Removes the items of a response after the first `max`, with status 200. */
function atMost(max: number) {
  return async (response: Response): Promise<Response> => {
    const body = (await response.json()) as { data?: unknown[]; results?: unknown[] };
    body.data &&= body.data.slice(0, max);
    body.results &&= body.results.slice(0, max);
    return Response.json(body, response);
  };
}

describe("probe() of embeddings", () => {
  it("observes no unexpected behaviour of the default emulator", async () => {
    const report = await probed();
    expect(report.observations.filter(({ expected }) => expected !== true)).toEqual([]);
    expect(seen(report, "dimensions")).toEqual(["32", true]);
    expect(report.requests).toBe(8);
  });

  it.each<[AssumptionId, EmulatorOptions, string, boolean]>([
    ["base64", { base64: "ignore" }, "ignored: floats returned", false],
    ["base64", { base64: "reject" }, "rejected with 400", false],
    ["longText", { longText: "reject" }, "rejected with 400 beyond 512 tokens", true],
    ["longText", {}, "silently truncated at 512 tokens or fewer", true],
    [
      "longText",
      { models: { [EMBEDDING]: { type: "embedding", dimensions: 64 } } },
      "read to the end, beyond 512 tokens",
      false,
    ],
    ["emptyText", { blankText: "reject" }, "rejected with 400", true],
    ["blankText", { blankText: "reject" }, "rejected with 400", true],
    ["blankText", { blankText: "accept" }, "accepted", true],
    ["maxTexts", { maxBatchTexts: 100 }, "64; 128 rejected with 413", false],
    ["maxTexts", { maxBatchTexts: 600, tooLargeStatus: 422 }, "512; 1024 rejected with 422", true],
    ["maxTexts", { maxBatchTexts: 3 }, "none accepted: 16 rejected with 413", false],
    ["unitLength", { models: { [EMBEDDING]: { type: "embedding", dimensions: 64 } } }, "1", true],
    [
      "usage",
      { models: { [EMBEDDING]: { type: "embedding", dimensions: 64, reportsUsage: false } } },
      "null",
      true,
    ],
    ["prefix", { embed: (texts) => texts.map(() => [1, 2, 3]) }, "does not change the vector", false],
  ])("observes %s with the emulator options %o", async (id, emulation, observed, expected) => {
    expect(seen(await probed(emulation), id)).toEqual([observed, expected]);
  });

  it("observes vectors in another order with the right index", async () => {
    const report = await probed(
      {},
      { model: EMBEDDING },
      changing((body) => {
        body.data = body.data.toReversed();
      }),
    );
    expect(seen(report, "order")).toEqual(["in another order, with the right `index`", true]);
  });

  it("observes wrong indexes", async () => {
    let responses = 0;
    const swapIndexes = changing(({ data }) => {
      // The third request is the first with the texts in reverse order.
      if (++responses === 3) data.forEach((item, position) => (item.index = data.length - 1 - position));
    });
    expect(seen(await probed({}, { model: EMBEDDING }, swapIndexes), "order")).toEqual([
      "the vectors belong to other texts",
      false,
    ]);
  });

  it("observes rate limit headers of successful responses", async () => {
    const report = await probed({}, { model: EMBEDDING }, async (response) => {
      const headers = new Headers(response.headers);
      headers.set("x-ratelimit-limit", "10");
      return new Response(await response.text(), { status: response.status, headers });
    });
    expect(seen(report, "rateHeaders")).toEqual(["x-ratelimit-limit", false]);
  });

  it("retries a 429 after the delay that it names", async () => {
    let rejected = false;
    const limits = (): { waitSeconds: number } | undefined =>
      rejected ? undefined : ((rejected = true), { waitSeconds: 0.01 });
    const report = await probed({ limits });
    expect(report.requests).toBe(9);
    expect(report.observations.every(({ expected }) => expected)).toBe(true);
  });

  it("uses maxInputTokens for an unknown model", async () => {
    const model = "me/my-endpoint";
    const models = { [model]: { type: "embedding", dimensions: 64, maxTokens: 100 } } as const;
    const report = await probed({ models }, { model, maxInputTokens: 100 });
    expect(seen(report, "longText")[0]).toBe("silently truncated at 100 tokens or fewer");
  });

  it("uses the token limit of baseModel for an endpoint's name", async () => {
    const model = "me/my-endpoint";
    const models = { [model]: { type: "embedding", dimensions: 1024, maxTokens: 512 } } as const;
    const report = await probed({ models }, { model, baseModel: UNIT });
    expect(seen(report, "longText")[0]).toBe("silently truncated at 512 tokens or fewer");
    expect(report.recommended[0]).toContain(`  model: "${model}",\n  baseModel: "${UNIT}",\n`);
    expect(report.recommended[0]).not.toMatch(/dimensions|queryPrefix/);
  });

  it("ends with the first response if its vectors do not fit baseModel", async () => {
    const model = "me/my-endpoint";
    const models = { [model]: { type: "embedding", dimensions: 64 } } as const;
    const probing = probed({ models }, { model, baseModel: UNIT });
    await expect(probing).rejects.toThrow(`\`baseModel\` is "${UNIT}", which has 1024 dimensions, but`);
  });

  it("sends nothing if a baseModel is not known", async () => {
    const emulator = createEmulator(SMALL);
    const options = { apiKey: KEY, fetch: emulator.fetch, model: EMBEDDING, rerankModel: RERANK };
    await expect(probe({ ...options, baseModel: RERANK })).rejects.toThrow("is a rerank model, not an");
    await expect(probe({ ...options, baseRerankModel: UNIT })).rejects.toThrow(
      "is an embedding model, not a",
    );
    expect(emulator.requests).toEqual([]);
  });
});

describe("probe() of reranking", () => {
  const rerank = { rerankModel: RERANK, maxInputTokens: 600 };
  const logits = { models: { [RERANK]: { type: "rerank", scores: "logits" } } } as const;

  it("observes no unexpected behaviour of the default emulator", async () => {
    const report = await probed({}, rerank);
    expect(report.observations.filter(({ expected }) => expected !== true)).toEqual([]);
    expect(seen(report, "scoreCount")).toEqual(["4 of 4", true]);
  });

  it.each<[AssumptionId, EmulatorOptions, RegExp, boolean]>([
    ["maxDocuments", {}, /^1024; 2048 rejected with 400$/, true],
    ["maxDocuments", { models: { [RERANK]: { type: "rerank", maxDocuments: 100 } } }, /^64; 128/, false],
    ["longDocument", { longText: "reject" }, /^rejected with 400 beyond 600 tokens$/, true],
    ["longDocument", logits, /^read to the end, beyond 600 tokens$/, false],
    ["blankDocument", { blankText: "reject" }, /^rejected with 400$/, true],
    ["scoreRange", logits, /^-\S+ to \S+$/, true],
    [
      "comparable",
      { rank: (_, documents) => documents.map((text) => text.length / documents.join("").length) },
      /^not comparable$/,
      true,
    ],
  ])("observes %s with the emulator options %o", async (id, emulation, observed, expected) => {
    const [description, verdict] = seen(await probed(emulation, rerank), id);
    expect(description).toMatch(observed);
    expect(verdict).toBe(expected);
  });
});

describe("probe() of an endpoint that returns fewer results than items", () => {
  it("observes missing vectors", async () => {
    const report = await probed({}, { model: EMBEDDING }, atMost(300));
    expect(seen(report, "maxTexts")).toEqual(["256; 512 returned 300", false]);
  });

  it("observes a default number of rerank results", async () => {
    const report = await probed({}, { rerankModel: RERANK, maxInputTokens: 600 }, atMost(10));
    expect(seen(report, "maxDocuments")).toEqual(["none accepted: 16 returned 10", false]);
  });
});

const huge = (): Response => new Response(" ".repeat(2 ** 20).repeat(70));

/** Replaces the response with this number, from 1. */
function replacing(number: number, replace: () => Response) {
  let responses = 0;
  return (response: Response) => (++responses === number ? replace() : response);
}

describe("probe() of an endpoint whose responses cannot be read", () => {
  it.each<[AssumptionId, number, () => Response, string]>([
    ["base64", 3, huge, "failed: the response is longer than 71303168 bytes, more than any valid response"],
    ["base64", 3, () => new Response("<html>"), "failed: the response is a web page"],
    ["base64", 3, () => new Response('{"data": ['), "failed: the JSON is not complete"],
    ["base64", 3, () => new Response("{}"), "failed: status 200 without a result"],
    ["base64", 3, () => new Response("", { status: 502 }), "failed: status 502"],
    [
      "emptyText",
      4,
      huge,
      "failed: the response is longer than 71303168 bytes, more than any valid response",
    ],
    ["longText", 6, () => new Response("{}"), "failed: status 200 without a result beyond 512 tokens"],
  ])("reports a failed check of %s at response %i", async (id, number, replace, observed) => {
    const report = await probed({}, { model: EMBEDDING }, replacing(number, replace));
    const found = report.observations.find((observation) => observation.id === id);
    expect(found).toEqual({ id, observed, expected: undefined, failed: true });
    expect(failedChecks(report)).toBe(assumptions[id].question);
    expect(formatText(report)).toMatch(/^x {2}/m);
    expect(report.recommended.join()).not.toContain("encodingFormat");
  });

  it("reports a failed check of the largest batch if no batch gets a response that can be read", async () => {
    let responses = 0;
    const broken = (response: Response): Response => (++responses > 6 ? new Response("{}") : response);
    const report = await probed({}, { model: EMBEDDING }, broken);
    expect(failedChecks(report)).toBe("texts in one request");
  });

  it("reports failed checks of reranking", async () => {
    let responses = 0;
    const broken = (response: Response): Response => (++responses > 1 ? new Response("{}") : response);
    const report = await probed({}, { rerankModel: RERANK, maxInputTokens: 600 }, broken);
    expect(report.observations.filter(({ failed }) => failed).map(({ id }) => id)).toEqual([
      "scoreRange",
      "topN",
      "comparable",
      "longDocument",
      "maxDocuments",
    ]);
  });

  it("reads at most 64 KB of a rejection", async () => {
    let megabytes = 0;
    const pull = (controller: ReadableStreamDefaultController): void => {
      megabytes += 1;
      controller.enqueue(new Uint8Array(2 ** 20));
    };
    const endless = (): Response => new Response(new ReadableStream({ pull }), { status: 400 });
    const report = await probed({}, { model: EMBEDDING }, replacing(3, endless));
    expect(seen(report, "base64")).toEqual(["rejected with 400", false]);
    expect(megabytes).toBeLessThan(5);
  });
});

describe("list of assumptions", () => {
  it.each(Object.entries(assumptions))("names an existing file as the home of %s", (_, { home }) => {
    expect(existsSync(home)).toBe(true);
  });
});

describe("Report", () => {
  const both = { model: EMBEDDING, rerankModel: RERANK };

  it("holds one observation per assumption", async () => {
    const { observations } = await probed({}, both);
    expect(observations.map(({ id }) => id).toSorted()).toEqual(Object.keys(assumptions).toSorted());
  });

  it("counts exactly maxRequests() requests in the worst case", async () => {
    const report = await probed({ maxBatchTexts: 4 }, both);
    expect(report.requests).toBe(maxRequests(both));
  });

  it.each<[string, EmulatorOptions, ProbeOptions, string]>([
    ["floats", { base64: "reject" }, { model: EMBEDDING }, 'encodingFormat: "float"'],
    ["a batch size", { maxBatchTexts: 300 }, { model: EMBEDDING }, "batchSize: 256,"],
    ["unit length", {}, { model: EMBEDDING }, "normalize: true"],
    [
      "dimensions",
      { models: { "me/mine": { type: "embedding", dimensions: 8 } } },
      { model: "me/mine" },
      "dimensions: 8,",
    ],
    [
      "baseModel for an endpoint's name",
      { models: { "me/mine": { type: "embedding", dimensions: 8 } } },
      { model: "me/mine" },
      '  // baseModel: "<id>", // the known model that runs here, instead of dimensions and queryPrefix\n  dimensions: 8,',
    ],
    [
      "the known rerank model",
      { models: { "me/mine": { type: "rerank" } } },
      { rerankModel: "me/mine", baseRerankModel: RERANK },
      `  model: "me/mine",\n  baseModel: "${RERANK}",\n`,
    ],
    [
      "the base URL",
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

  it("recommends only the model when no other option is needed", async () => {
    const { recommended } = await probed({ longText: "reject" }, { model: UNIT });
    expect(recommended).toEqual([`new TogetherEmbeddings({\n  model: "${UNIT}",\n});`]);
  });

  it("holds no key, no text and no server message, as text and as JSON", async () => {
    const report = await probed({ longText: "reject", blankText: "reject", maxBatchTexts: 4 }, both);
    const secrets = [KEY, ...SENTENCES, ...DOCUMENTS, QUERY, PREFIX, "maximum allowed", "number 1"];
    for (const text of [formatText(report), formatJson(report, "1.0.0")]) {
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
    expect(JSON.parse(formatJson(report, "1.0.0"))).toMatchObject({
      "together-retrieval": "1.0.0",
      model: EMBEDDING,
    });
  });

  it("marks and lists unexpected observations", async () => {
    const text = formatText(await probed({ base64: "ignore" }));
    expect(text).toMatch(/^! {2}encoding_format: "base64" .* ignored: floats returned$/m);
    expect(text).toContain('Unexpected: encoding_format: "base64".');
  });
});
