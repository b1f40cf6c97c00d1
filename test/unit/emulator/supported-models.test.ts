import Together from "together-ai";
import { describe, expect, it } from "vitest";
import { createEmulator, emulatedModels, type EmulatorOptions } from "../../../src/emulator/index.js";
import { errorOf } from "./support.js";

const MODELS: EmulatorOptions["models"] = {
  "acme/e5": { type: "embedding", dimensions: 8, maxTokens: 512, gpus: [{ type: "L40S", count: 1 }] },
  "acme/rank": {
    type: "rerank",
    gpus: [
      { type: "H100", count: 1 },
      { type: "B200", count: 2 },
    ],
  },
  "acme/chat": { type: "chat" },
  "acme/serverless-only": { type: "embedding", dimensions: 8, gpus: [] },
};

const DEDICATED = { product: "PRODUCT_DEDICATED" } as const;

function clientOf(options: EmulatorOptions = {}, baseURL?: string): Together {
  const { fetch } = createEmulator(options);
  return new Together({ apiKey: "key", fetch, maxRetries: 0, ...(baseURL !== undefined && { baseURL }) });
}

/** Lists all pages with the SDK. */
async function listed(client: Together, query = {}): Promise<Together.Beta.SupportedModel[]> {
  const models: Together.Beta.SupportedModel[] = [];
  for await (const model of client.beta.models.listSupported(query)) models.push(model);
  return models;
}

function ask(parameters: string, path = "/v2/supported-models"): Promise<Response> {
  const { fetch } = createEmulator({ models: MODELS ?? {} });
  return fetch(`https://api.together.ai${path}${parameters}`, { headers: { authorization: "Bearer key" } });
}

describe("supported models of the emulator", () => {
  it("has the fields that the SDK reads", async () => {
    const [model] = await listed(clientOf({ models: MODELS ?? {} }));
    expect(model).toMatchObject({
      name: "acme/e5",
      displayName: "e5",
      displayType: "embedding",
      publisher: "acme",
      capabilities: ["CAPABILITY_EMBEDDING"],
      contextLength: "512",
      deploymentProfiles: [{ gpuType: "L40S", gpuCount: 1, modelName: "acme/e5" }],
    });
  });

  it("lists models to the SDK page by page, each once and in order", async () => {
    const names = (await listed(clientOf(), { limit: 4 })).map(({ name }) => name);
    expect(names).toEqual(Object.keys(emulatedModels));
  });

  it("lists models at Together's address and at an overridden base URL", async () => {
    const atTogether = await listed(clientOf());
    const atBaseURL = await listed(clientOf({}, "http://127.0.0.1:8080/v1"));
    expect(atTogether).toHaveLength(Object.keys(emulatedModels).length);
    expect(atBaseURL).toEqual(atTogether);
  });

  it("filters by product", async () => {
    const client = clientOf({ models: MODELS ?? {} });
    const names = (await listed(client, DEDICATED)).map(({ name }) => name);
    expect(names).toEqual(["acme/e5", "acme/rank", "acme/chat"]);
    expect(await listed(client, { product: "PRODUCT_FINE_TUNING" })).toEqual([]);
  });

  it("has one profile per entry of `gpus`, and one H100 by default", async () => {
    const models = await listed(clientOf({ models: MODELS ?? {} }), DEDICATED);
    const gpus = models.map(({ deploymentProfiles }) =>
      deploymentProfiles.map(({ gpuType, gpuCount }) => `${gpuCount}x ${gpuType}`),
    );
    expect(gpus).toEqual([["1x L40S"], ["1x H100", "2x B200"], ["1x H100"]]);
  });

  it("ends with a page without a cursor", async () => {
    const page = (await (await ask("?limit=3&after=arch_1")).json()) as { data: unknown[] };
    expect(page).toMatchObject({ object: "list", next_cursor: null });
    expect(page.data).toHaveLength(3);
  });

  it.each(["?product=DEDICATED", "?limit=0", "?limit=many", "?after=arch_99"])(
    "rejects with a 400 for %s",
    async (parameters) => {
      const name = /\w+/.exec(parameters)?.[0];
      expect(await errorOf(ask(parameters))).toMatchObject({ status: 400, error: { param: name } });
    },
  );

  it.each(["/v2/models", "/v3/supported-models"])("rejects a request at %s with a 404", async (path) => {
    expect(await errorOf(ask("", path))).toMatchObject({ status: 404 });
  });
});
