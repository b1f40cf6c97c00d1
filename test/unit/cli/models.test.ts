import nock from "nock";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { UsageError } from "../../../src/cli/command.js";
import { modelsCommand } from "../../../src/cli/models.js";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import { isTogetherError } from "../../../src/index.js";
import { runCommand, type Outcome } from "../../support/program.js";

const E5 = "intfloat/multilingual-e5-large-instruct";
const KEY = "tgp_v1_0123456789abcdef";
const NEVER_TRIED =
  "This command was never tried against Together's live service. It follows Together's documentation and SDK (2026-09).\n";

/** The output of a run of the command, and its error. */
interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

/** Runs the command in this process, with the key in the environment. */
async function models(...args: string[]): Promise<Printed> {
  let [stdout, stderr] = ["", ""];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => ((stdout += String(text)), true));
  vi.spyOn(console, "error").mockImplementation((text) => void (stderr += `${String(text)}\n`));
  const error = await modelsCommand.run(args).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  vi.restoreAllMocks();
  return { stdout, stderr, error };
}

/** Returns the sentence of an error, without its reference to the page. */
function sentence(error: unknown): string {
  return isTogetherError(error) ? error.message.replace(/ \(see .+\)$/, "") : String(error);
}

/** Serves the global `fetch` by an emulator, at any address. */
function emulate(options: EmulatorOptions = {}): ReturnType<typeof createEmulator> {
  const emulator = createEmulator(options);
  vi.stubGlobal("fetch", emulator.fetch);
  return emulator;
}

const GATEWAY = "http://gateway.example/v1";
const SMALL: EmulatorOptions = {
  models: {
    [E5]: { type: "embedding", dimensions: 8, gpus: [{ type: "L40S", count: 1 }] },
    "acme/own-embedder": { type: "embedding", dimensions: 8 },
    "Salesforce/Llama-Rank-V1": {
      type: "rerank",
      gpus: [
        { type: "H100", count: 2 },
        { type: "B200", count: 1 },
      ],
    },
    "acme/chat": { type: "chat" },
    "thenlper/gte-large": { type: "embedding", dimensions: 8, gpus: [] },
  },
};

beforeEach(() => {
  vi.stubEnv("TOGETHER_API_KEY", KEY);
  vi.stubEnv("TOGETHER_AI_API_KEY", "");
  vi.stubEnv("TOGETHER_BASE_URL", "");
  vi.stubEnv("TOGETHER_API_BASE", "");
});

afterEach(() => {
  nock.cleanAll();
  nock.restore();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("together-retrieval models with a gateway", () => {
  it("prints the listed models with dimensions and limits of known ones", async () => {
    emulate(SMALL);
    const { stdout, stderr, error } = await models("--base-url", GATEWAY);
    expect(error).toBeUndefined();
    expect(stderr).toBe(NEVER_TRIED);
    expect(stdout.split("\n\n").slice(0, 2)).toEqual([
      "Listed at http://gateway.example/v1/models",
      `\
  model                                    type       dimensions  max tokens  max documents  query prefix
  intfloat/multilingual-e5-large-instruct  embedding  1024        512                        added
  acme/own-embedder                        embedding  ?           ?                          ?
  Salesforce/Llama-Rank-V1                 rerank                 8192        1024           none
  thenlper/gte-large                       embedding  1024        512                        none
  ?: unknown to this package. added: the client adds the model's prefix to each query.`,
    ]);
  });

  it("prints the deployable models with their GPUs and the options to paste", async () => {
    emulate(SMALL);
    const { stdout } = await models("--base-url", GATEWAY);
    const section = stdout.slice(stdout.indexOf("Can be deployed"));
    expect(section.match(/GPUs$|\d+x .+$/gm)).toEqual(["GPUs", "1x L40S", "1x H100", "2x H100 or 1x B200"]);
    expect(section).not.toContain("gte-large");
    expect(section).not.toContain("acme/chat");
    expect(section.slice(section.indexOf("  Options"))).toBe(`\
  Options to paste:
    { model: "<project>/<endpoint>", baseModel: "${E5}", baseURL: "${GATEWAY}" }
    { model: "<project>/<endpoint>", baseURL: "${GATEWAY}" }
    { model: "<project>/<endpoint>", baseModel: "Salesforce/Llama-Rank-V1", baseURL: "${GATEWAY}" }
  For a model without \`baseModel\`, read its model card and set \`queryPrefix\` and \`maxInputTokens\`.
`);
  });

  it("prints one JSON object with --json", async () => {
    emulate(SMALL);
    const { stdout, stderr } = await models("--base-url", GATEWAY, "--json");
    expect(stderr).toBe(NEVER_TRIED);
    const { listed, deployable, ...rest } = JSON.parse(stdout) as Record<string, unknown[]>;
    expect(rest).toEqual({
      "together-retrieval": expect.stringMatching(/^\d+\./) as string,
      baseURL: GATEWAY,
      failed: [],
      endpoints: null,
      untyped: 0,
    });
    expect(listed?.[0]).toEqual({
      id: E5,
      type: "embedding",
      facts: {
        dimensions: 1024,
        maxInputTokens: 512,
        queryPrefix: expect.stringMatching(/^Instruct: .+\nQuery: $/) as string,
        maxDocuments: null,
        retired: "2026-09-15",
      },
      options: { model: E5, baseURL: GATEWAY },
    });
    expect(deployable?.[1]).toEqual({
      id: "acme/own-embedder",
      type: "embedding",
      facts: null,
      options: { model: "<project>/<endpoint>", baseURL: GATEWAY },
      gpus: [{ type: "H100", count: 1 }],
    });
  });

  it("sends the key to no other address", async () => {
    const emulator = emulate(SMALL);
    await models("--base-url", "https://api.together.ai.example/v1");
    expect(emulator.requests.map(({ origin, path }) => origin + path)).toEqual([
      "https://api.together.ai.example/v1/models",
      "https://api.together.ai.example/v1/supported-models",
    ]);
  });

  it("reads all pages of deployable models", async () => {
    const many = Array.from({ length: 230 }, (_, place) => `acme/model-${place}`);
    const entries = many.map((id) => [id, { type: "embedding", dimensions: 8 }] as const);
    const emulator = emulate({ models: Object.fromEntries(entries) });
    const { stdout } = await models("--base-url", GATEWAY, "--json");
    const { deployable } = JSON.parse(stdout) as { deployable: { id: string }[] };
    expect(deployable.map(({ id }) => id)).toEqual(many);
    expect(emulator.requests).toHaveLength(4);
  });

  it("retries a 503", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const emulator = emulate({ ...SMALL, faults: [{ status: 503 }] });
    const running = models("--base-url", GATEWAY);
    await vi.advanceTimersByTimeAsync(2_000);
    expect((await running).error).toBeUndefined();
    expect(emulator.requests).toHaveLength(3);
  });

  it("prints what the server has if one list is missing, and both sentences if both are missing", async () => {
    vi.stubGlobal("fetch", async (url: string) =>
      url.endsWith("/models")
        ? Response.json([{ id: E5, type: "embedding" }])
        : new Response("", { status: 404 }),
    );
    const lacksOne = await models("--base-url", GATEWAY);
    expect(lacksOne.error).toBeUndefined();
    expect(lacksOne.stdout).toMatch(/multilingual-e5[^]*deployed[^]*This server does not have this list/);
    vi.stubGlobal("fetch", async () => new Response("", { status: 405 }));
    const lacksBoth = await models("--base-url", GATEWAY);
    expect(lacksBoth.error).toBeUndefined();
    expect(lacksBoth.stdout.match(/check the base URL, which usually ends in \/v1/g)).toHaveLength(2);
  });

  it("recognizes models without a type by their id, and counts the others", async () => {
    const data = [{ id: E5 }, { id: "Salesforce/Llama-Rank-V1" }, { id: "acme/x" }, { id: "acme/y" }];
    vi.stubGlobal("fetch", async (url: string) =>
      Response.json({ data: url.endsWith("/models") ? data : [] }),
    );
    const { stdout } = await models("--base-url", GATEWAY);
    expect(stdout.match(/^ {2}\S+\/\S+ +(embedding|rerank) /gm)).toHaveLength(2);
    expect(stdout).toContain("The list has 2 more without a type.");
    expect(stdout).toContain("No embedding or rerank model can be deployed.");
  });

  it("prints a name of the server without control characters and without the key", async () => {
    const id = `acme/\u001B[31mred\u202E ${KEY.slice(0, 9)}\u200B${KEY.slice(9)}`;
    const name = `${"long".repeat(100)}\u0007`;
    const profile = { gpuType: `H100\n${KEY}`, gpuCount: 1 };
    const supported = { name, displayType: "embedding", deploymentProfiles: [profile] };
    vi.stubGlobal("fetch", async (url: string) =>
      Response.json({ data: url.endsWith("/models") ? [{ id, type: "embedding" }] : [supported] }),
    );
    for (const args of [[], ["--json"]]) {
      const { stdout } = await models("--base-url", GATEWAY, ...args);
      expect(stdout).toContain("acme/ [31mred <API key>");
      expect(stdout).toMatch(/H100 <API key>/);
      expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]|9abcdef|(long){51}/u);
    }
  });

  it("prints the other lists and reports the error if one list fails", async () => {
    emulate({
      ...SMALL,
      faults: ({ path }) => (path.endsWith("supported-models") ? { status: 500 } : undefined),
    });
    const { stdout, error } = await models("--base-url", GATEWAY);
    expect(stdout).toMatch(/multilingual-e5[^]*deployed[^]*The request for this list failed\./);
    expect(sentence(error)).toBe(
      "Cannot list the models: http://gateway.example/v1/supported-models responded with 500; retry later",
    );
    const { stdout: json } = await models("--base-url", GATEWAY, "--json");
    expect(JSON.parse(json)).toMatchObject({ failed: ["deployable"], deployable: null });
  });

  it.each<[string, () => Response | Promise<Response>, RegExp]>([
    ["a web page", () => new Response("<html></html>"), /the response is a web page; check that `baseURL` /],
    ["a text", () => new Response("ok"), /the response is not JSON; /],
    [
      "an object",
      () => Response.json({ models: [] }),
      /the server responded with no list; check that `baseURL` /,
    ],
    ["another list", () => Response.json([1, { name: "" }]), /responded with a list of something else; /],
    ["a list that is too long", () => Response.json(["x".repeat(2 ** 24)]), /is longer than 16777216 bytes/],
    ["a redirect", () => Response.redirect("http://other.example/", 302), /redirects to another address/],
    [
      "a 401",
      () => Response.json({}, { status: 401 }),
      /the API key is unknown; check `apiKey` or TOGETHER_API_KEY$/,
    ],
    ["a 403", () => Response.json({}, { status: 403 }), /it denies access .+; check the permissions /],
    ["a refused connection", () => Promise.reject(new TypeError("fetch failed")), /the connection failed/],
    [
      "no response",
      () => Promise.reject(new DOMException("", "TimeoutError")),
      /the connection failed \(no complete response within 120000 ms\)/,
    ],
  ])("fails with one sentence after %s", async (_, respond, words) => {
    vi.stubGlobal("fetch", async () => respond());
    const { stdout, error } = await models("--base-url", GATEWAY);
    expect(stdout).toBe("");
    expect(sentence(error)).toMatch(/^Cannot list the models: [^\n]+; [^\n]+$/);
    expect(sentence(error)).toMatch(words);
  });

  it("fails if a list does not end", async () => {
    let pages = 0;
    vi.stubGlobal("fetch", async (url: string) => {
      if (url.endsWith("/models")) return Response.json({}, { status: 404 });
      return Response.json({ data: [{ name: "acme/x" }], next_cursor: String(++pages) });
    });
    const { error } = await models("--base-url", GATEWAY);
    expect(sentence(error)).toMatch(/^Cannot list the models: the list has more than 50 pages; /);
    expect(pages).toBe(50);
  });

  it("rethrows a programming error unchanged", async () => {
    const mistake = new RangeError("Invalid array length");
    vi.stubGlobal("fetch", () => Promise.reject(mistake));
    expect((await models("--base-url", GATEWAY)).error).toBe(mistake);
  });
});

const profile = (weights: string): object => ({
  gpuType: "NVIDIA-H100",
  gpuCount: 1,
  model: `projects/proj_public/models/${weights}/revisions/rv_1`,
});

const deployment = (weights: string, state: string, readyReplicas: number): object => ({
  model: `projects/proj_public/models/${weights}/revisions/rv_2`,
  state: `DEPLOYMENT_STATE_${state}`,
  readyReplicas,
});

describe("together-retrieval models with Together", () => {
  const HOST = "https://api.together.ai";
  const authorized = { reqheaders: { authorization: `Bearer ${KEY}` } };
  const supported = [
    { name: E5, capabilities: ["CAPABILITY_EMBEDDING"], deploymentProfiles: [profile("ml_e5")] },
    { name: "acme/chat", capabilities: ["CAPABILITY_CHAT"], deploymentProfiles: [profile("ml_chat")] },
  ];
  const endpoints = [
    { name: "acme/e5", deployments: [deployment("ml_e5", "READY", 2)] },
    { name: "acme/asleep", deployments: [deployment("ml_e5", "STOPPED", 0)] },
    { name: "acme/chat", deployments: [deployment("ml_chat", "READY", 1)] },
    { name: "acme/upload", deployments: [deployment("ml_own", "SCALING", 1)] },
    { name: "acme/empty", deployments: [] },
  ];

  /** Responds as Together's three addresses; all other connections fail. */
  function together({ whoami = 200, listed = [] as object[] } = {}): void {
    nock.activate();
    nock.disableNetConnect();
    nock(HOST, authorized).get("/v1/whoami").reply(whoami, { project_id: "proj 1" });
    nock(HOST, authorized).get("/v1/models").reply(200, listed);
    nock(HOST, authorized)
      .get("/v2/supported-models")
      .query({ product: "PRODUCT_DEDICATED", limit: "100" })
      .reply(200, { object: "list", data: supported, next_cursor: null });
    nock(HOST, authorized)
      .get("/v2/projects/proj%201/endpoints")
      .query(true)
      .reply(200, { data: endpoints, next_cursor: "" });
  }

  it("prints the endpoints with their state, their model, and the options to paste", async () => {
    together();
    const { stdout, error } = await models();
    expect(error).toBeUndefined();
    const base = 'baseURL: "https://api-inference.together.ai/v1"';
    expect(stdout.slice(0, stdout.indexOf("\nListed at"))).toBe(`\
Your endpoints

  model        state              runs
  acme/e5      ready (2 ready)    ${E5}
  acme/asleep  stopped            ${E5}
  acme/upload  scaling (1 ready)  a model that is not in the list below
  acme/empty   nothing deployed   a model that is not in the list below

  Options to paste:
    { model: "acme/e5", baseModel: "${E5}", ${base} }
    { model: "acme/asleep", baseModel: "${E5}", ${base} }
    { model: "acme/upload", ${base} }
    { model: "acme/empty", ${base} }
  For a model without \`baseModel\`, read its model card and set \`queryPrefix\` and \`maxInputTokens\`.
`);
  });

  it("prints that Together serves no embedding model serverless if none is listed", async () => {
    together({ listed: [{ id: "acme/chat", type: "chat" }] });
    expect((await models()).stdout).toContain(
      "The server lists no embedding or rerank model. Together has served no embedding or rerank model serverless since 2026-09. " +
        "Run one on a dedicated endpoint (see together-retrieval/docs/guides/dedicated-endpoints.md).",
    );
  });

  it("prints since which day a listed model is no longer serverless", async () => {
    together({ listed: [{ id: E5, type: "embedding" }] });
    const { stdout } = await models();
    expect(stdout).toMatch(/^ {2}model .+ not serverless since\n.+ 2026-09-15$/m);
    expect(stdout).toContain("A listed model may still need a dedicated endpoint.");
  });

  it("asks Together's own addresses, and the host of the base URL for its models only", async () => {
    together();
    nock("https://api-inference.together.ai", authorized).get("/v1/models").reply(404);
    const { stdout, error } = await models("--base-url", "https://api-inference.together.ai/v1");
    expect(error).toBeUndefined();
    expect(stdout).toMatch(/Your endpoints[^]*acme\/e5[^]*does not have this list[^]*1x NVIDIA-H100/);
    expect(nock.pendingMocks()).toEqual([`GET ${HOST}:443/v1/models`]);
  });

  it("prints the models if the key may not read the endpoints", async () => {
    together({ whoami: 403 });
    const { stdout, error } = await models();
    expect(stdout).toMatch(/Your endpoints\n\n {2}The request for this list failed\.\n[^]*1x NVIDIA-H100/);
    expect(sentence(error)).toMatch(/^Cannot list the models: Together responded with 403: it denies access/);
  });
});

describe("together-retrieval models on the command line", () => {
  it("exits with 0 after success, and with 1 and one sentence after a failure", async () => {
    const server = await createEmulator({ ...SMALL, apiKey: "right" }).listen();
    onTestFinished(() => server.close());
    const run = (key: string): Promise<Outcome> => {
      const env = { ...process.env, TOGETHER_API_KEY: key, TOGETHER_BASE_URL: server.url };
      return runCommand(["models", "--json"], { env });
    };
    const [ended, failed] = await Promise.all([run("right"), run("wrong")]);
    expect(ended).toMatchObject({ exitCode: 0, stderr: NEVER_TRIED });
    expect(JSON.parse(ended.stdout)).toMatchObject({ baseURL: server.url, listed: { length: 4 } });
    expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
    expect(failed.stderr).toMatch(/^Cannot list the models: .+ the API key is unknown .+; check [^\n]+\n$/);
  });

  it("prints in its help that it was never tried against Together", () => {
    expect(modelsCommand.help).toMatch(
      /This command was never tried against Together's live service\.[^]*--json/,
    );
  });

  it.each([["--jsno"], ["here"], ["--base-url"]])("rejects the invalid argument %s", async (arg) => {
    const { stdout, error } = await models(arg);
    expect(stdout).toBe("");
    expect(error).toBeInstanceOf(UsageError);
    expect(sentence(error)).toMatch(/Cannot list the models: .+; see together-retrieval models --help$/);
  });

  it("fails with one sentence without a key, with an invalid base URL, and with one that holds the key", async () => {
    const wrong = await models("--base-url", "ftp://x");
    expect(sentence(wrong.error)).toMatch(
      /^Cannot list the models: `baseURL` is not an http or https address; /,
    );
    const misplaced = await models("--base-url", `http://gateway.example/${KEY}/v1`);
    expect(sentence(misplaced.error)).toMatch(/^Cannot list the models: `baseURL` holds an API key; /);
    vi.stubEnv("TOGETHER_API_KEY", "");
    const { error } = await models();
    expect(sentence(error)).toMatch(
      /^Cannot list the models: there is no API key; set the environment variable/,
    );
  });
});
