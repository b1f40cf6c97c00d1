import Together from "together-ai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../../../src/emulator/index.js";
import { Embedder, type EmbedderOptions } from "../../../../src/index.js";
import { errorMessage } from "../../../support/error-message.js";
import { bench, rejection } from "../../../support/emulate.js";

describe("baseURL", () => {
  it.each([
    "example.com/v1",
    "file:///etc/passwd",
    "ftp://example.com",
    "git+https://example.com",
    "",
    "https://",
  ])("rejects %j, which is not an http or https URL", (baseURL) => {
    expect(errorMessage({ baseURL })).toBe(
      'Cannot create Embedder: `baseURL` is not an http or https address; write it like "https://api.together.ai/v1"',
    );
  });

  it.each([
    "https://me:secret@example.com/v1",
    "https://me@example.com/v1",
    "https://example.com/v1?key=secret",
    "https://example.com/v1#top",
    "https://example.com/v1?",
    "https://example.com/v1#",
  ])("rejects %j, which is not a plain URL", (baseURL) => {
    const message = errorMessage({ baseURL });
    expect(message).toBe(
      "Cannot create Embedder: `baseURL` holds a user name, a query or a fragment; pass the plain address; credentials belong in `apiKey`",
    );
  });

  it.each(["https://example.com/gateway/v1", "https://example.com/gateway/v1///"])(
    "receives all requests: %j",
    async (baseURL) => {
      const { embedder, reranker, emulator } = bench();
      await embedder({ baseURL }).embed(["a"]);
      await reranker({ baseURL }).rerank("q", ["a"], String);
      expect(emulator.requests.map(({ origin, path }) => origin + path)).toEqual([
        "https://example.com/gateway/v1/embeddings",
        "https://example.com/gateway/v1/rerank",
      ]);
    },
  );

  it("is Together's URL by default", async () => {
    const { embedder, emulator } = bench();
    await embedder().embed(["a"]);
    expect(emulator.requests[0]?.origin).toBe("https://api.together.ai");
  });
});

/** Returns the key and the origin of a request. */
async function sent(options: Partial<EmbedderOptions> = {}): Promise<string> {
  const emulator = createEmulator();
  let authorization = "";
  const fetch: typeof globalThis.fetch = (input, init) => {
    authorization = String(new Headers(init?.headers).get("authorization"));
    return emulator.fetch(input, init);
  };
  await new Embedder({ model: "BAAI/bge-base-en-v1.5", fetch, ...options }).embed(["a"]);
  return `${authorization} ${emulator.requests[0]?.origin}`;
}

describe("environment variables", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("reads the option apiKey, then TOGETHER_API_KEY, then TOGETHER_AI_API_KEY", async () => {
    vi.stubEnv("TOGETHER_AI_API_KEY", "second");
    expect(await sent()).toBe("Bearer second https://api.together.ai");
    vi.stubEnv("TOGETHER_API_KEY", "first");
    expect(await sent()).toBe("Bearer first https://api.together.ai");
    expect(await sent({ apiKey: "own" })).toBe("Bearer own https://api.together.ai");
  });

  it("reads the option baseURL, then TOGETHER_BASE_URL, then TOGETHER_API_BASE", async () => {
    vi.stubEnv("TOGETHER_API_BASE", "http://127.0.0.1:5678/v1");
    expect(await sent({ apiKey: "k" })).toBe("Bearer k http://127.0.0.1:5678");
    vi.stubEnv("TOGETHER_BASE_URL", "http://127.0.0.1:1234/v1");
    expect(await sent({ apiKey: "k" })).toBe("Bearer k http://127.0.0.1:1234");
    expect(await sent({ apiKey: "k", baseURL: "https://example.com/v1" })).toBe(
      "Bearer k https://example.com",
    );
  });

  it.each(["TOGETHER_BASE_URL", "TOGETHER_API_BASE"])(
    "names the variable in the error of a wrong URL: %s",
    (name) => {
      vi.stubEnv(name, "api.together.ai/v1");
      expect(errorMessage({})).toBe(
        `Cannot create Embedder: \`${name}\` is not an http or https address; write it like "https://api.together.ai/v1"`,
      );
      vi.stubEnv(name, "https://me:secret@example.com/v1");
      expect(errorMessage({})).toContain(
        `\`${name}\` holds a user name, a query or a fragment; pass the plain`,
      );
    },
  );

  it("does not replace an empty option", () => {
    vi.stubEnv("TOGETHER_API_KEY", "first");
    expect(errorMessage({ apiKey: "" })).toContain("there is no API key");
    expect(errorMessage({ apiKey: "  " })).toContain("there is no API key");
  });

  it("removes white space around the key", async () => {
    vi.stubEnv("TOGETHER_API_KEY", " first\n");
    expect(await sent()).toBe("Bearer first https://api.together.ai");
  });

  it("reads the second variable if the first one is forbidden", async () => {
    const env = {
      get TOGETHER_API_KEY(): string {
        throw new Error("Deno says no");
      },
      TOGETHER_AI_API_KEY: "second",
    };
    vi.stubGlobal("process", { ...process, env });
    const request = await sent().finally(() => vi.unstubAllGlobals());
    expect(request).toBe("Bearer second https://api.together.ai");
  });

  it("treats a missing or forbidden environment as empty", () => {
    for (const process of [
      undefined,
      {},
      {
        get env() {
          throw new Error("Deno says no");
        },
      },
    ]) {
      vi.stubGlobal("process", process);
      const message = errorMessage({ apiKey: undefined });
      vi.unstubAllGlobals();
      expect(message).toContain("there is no API key");
    }
  });
});

describe("client", () => {
  it.each(["apiKey", "baseURL", "fetch"] as const)("rejects a combination with %s", (name) => {
    const client = new Together({ apiKey: "k" });
    const value = name === "fetch" ? fetch : "https://example.com/v1";
    expect(errorMessage({ apiKey: undefined, client, [name]: value })).toBe(
      `Cannot create Embedder: \`client\` and \`${name}\` are both set; set them on the client, or leave the client out`,
    );
  });

  it("sends requests with its key, URL, fetch and headers, but not with its retries", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { emulator } = bench({ faults: () => ({ status: 500 }) });
    const seen: Headers[] = [];
    const client = new Together({
      apiKey: "key-of-the-client",
      baseURL: "https://example.com/v1",
      maxRetries: 9,
      defaultHeaders: { "x-mine": "yes" },
      fetch: (input, init) => {
        seen.push(new Headers(init?.headers));
        return emulator.fetch(input as string, init);
      },
    });
    const error = await rejection(
      new Embedder({ model: "me/embedding", client, maxRetries: 1 }).embed(["a"]),
    );
    expect((error as Error).message).toContain("after 2 attempts");
    expect(emulator.requests.map(({ origin }) => origin)).toEqual([
      "https://example.com",
      "https://example.com",
    ]);
    expect(seen[0]?.get("authorization")).toBe("Bearer key-of-the-client");
    expect(seen[0]?.get("x-mine")).toBe("yes");
    vi.restoreAllMocks();
  });
});
