import { afterEach, describe, expect, it, vi } from "vitest";
import { createEmulator } from "../../../../src/emulator/index.js";
import { Embedder, Reranker } from "../../../../src/index.js";
import { see } from "../../../support/error-message.js";
import { rejection } from "../../../support/emulate.js";

const key = { model: "BAAI/bge-base-en-v1.5", apiKey: "key-of-the-tests" };

describe("platform without a global `fetch`", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("causes an error that names the option, before any request", async () => {
    vi.stubGlobal("fetch", undefined);
    const error = await rejection(new Embedder(key).embed(["a"]));
    expect(error).toMatchObject({
      code: "invalid_option",
      message: `Cannot embed 1 text with "${key.model}": there is no global \`fetch\`; pass the option \`fetch\`, or use a runtime or a test environment that has one${see("invalid_option")}`,
    });
  });

  it("causes an error for reranking, even with a fallback", async () => {
    vi.stubGlobal("fetch", undefined);
    const reranker = new Reranker({ ...key, fallback: "original-order" });
    expect(await rejection(reranker.rerank("q", ["1"]))).toMatchObject({ code: "invalid_option" });
  });

  it("works with the option `fetch`, and with a global one that is added later", async () => {
    vi.stubGlobal("fetch", undefined);
    const { fetch } = createEmulator();
    expect((await new Embedder({ ...key, fetch }).embed(["a"])).vectors.length).toBe(1);
    const embedder = new Embedder(key);
    vi.stubGlobal("fetch", fetch);
    expect((await embedder.embed(["a"])).vectors.length).toBe(1);
  });
});
