import { inspect } from "node:util";
import Together from "together-ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Embedder, Reranker, type TogetherError } from "../../../../src/index.js";
import { TogetherEmbeddings } from "../../../../src/langchain/index.js";
import { UsageError } from "../../../../src/cli/command.js";

const GATEWAY_KEY = "my-gateway-key-0123456789";
const KEYS = [
  ["a key of Together's", "tgp_v1_AbCdEf-0123456789_xyz"],
  ["an older key of Together's", "0f1e2d3c4b5a6978".repeat(4)],
  ["the configured key", GATEWAY_KEY],
] as const;

/** Returns the error of a constructor. */
function errorOf(create: () => unknown): TogetherError {
  try {
    create();
  } catch (error) {
    return error as TogetherError;
  }
  throw new Error("it was expected to throw");
}

const classes = [Embedder, Reranker, TogetherEmbeddings] as const;

describe.each(KEYS)("%s", (_, key) => {
  const shared = { apiKey: GATEWAY_KEY };

  it.each(classes)("is hidden as the name of an option of %o", (Class) => {
    const error = errorOf(() => new Class({ model: "m", ...shared, [key]: true } as never));
    expect(error.code).toBe("invalid_option");
    expect(inspect(error, { showHidden: true })).not.toContain(key);
  });

  it.each(classes)("is rejected as `model` of %o", (Class) => {
    const error = errorOf(() => new Class({ model: key, ...shared }));
    expect(error.message).toContain("`model` holds an API key; pass the key as `apiKey`");
    expect(inspect(error, { showHidden: true })).not.toContain(key);
  });

  it.each(classes)("is rejected in the path of `baseURL` of %o", (Class) => {
    const baseURL = `https://gateway.example/${key}/v1`;
    const error = errorOf(() => new Class({ model: "m", ...shared, baseURL }));
    expect(error.message).toContain("`baseURL` holds an API key; pass the key as `apiKey`");
    expect(inspect(error, { showHidden: true })).not.toContain(key);
  });
});

describe("misplaced key", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is detected if it comes from the environment", () => {
    vi.stubEnv("TOGETHER_API_KEY", GATEWAY_KEY);
    expect(errorOf(() => new Embedder({ model: GATEWAY_KEY })).message).toContain("`model` holds an API key");
    const error = errorOf(() => new Embedder({ model: "m", [GATEWAY_KEY]: 1 } as never));
    expect(error.message).toContain("`<API key>` is not an option");
  });

  it("is detected if the environment has a line break after it", () => {
    vi.stubEnv("TOGETHER_API_KEY", `${GATEWAY_KEY}\n`);
    const error = errorOf(() => new Embedder({ model: "m", [GATEWAY_KEY]: 1 } as never));
    expect(error.message).toContain("`<API key>` is not an option");
  });

  it("is hidden if it comes from a client", () => {
    const client = new Together({ apiKey: GATEWAY_KEY });
    const error = errorOf(() => new Embedder({ model: "m", client, [GATEWAY_KEY]: 1 } as never));
    expect(error.message).toContain("`<API key>` is not an option");
  });

  it("is detected if it comes from a client", () => {
    const client = new Together({ apiKey: GATEWAY_KEY });
    const error = errorOf(() => new Embedder({ model: GATEWAY_KEY, client }));
    expect(error.message).toContain("`model` holds an API key");
  });

  it("is hidden in an error of the command line", () => {
    expect(new UsageError('Cannot probe: --port is "tgp_v1_abc"').message).toBe(
      'Cannot probe: --port is "<API key>"',
    );
  });
});

describe("invisible characters in `model`", () => {
  it.each(["BAAI/bge\u200B-large", "BAAI/\u202Eegb"])("causes an error: %j", (model) => {
    const error = errorOf(() => new Embedder({ model, apiKey: "key" }));
    expect(error.message).toContain("`model` holds invisible characters; type the model's id");
    expect(error.message).toMatch(/^[ -~]+$/);
  });
});
