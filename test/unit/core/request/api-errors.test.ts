import { describe, expect, it, vi } from "vitest";
import { resolveEmbedder } from "../../../../src/core/options/resolve-options.js";
import { Api } from "../../../../src/core/request/api.js";
import type { ApiOperation, ApiRequest } from "../../../../src/core/request/attempt.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, EMBEDDING, KEY } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

useVirtualTime();

interface SetUp {
  readonly api: Api;
  readonly request: ApiRequest<string>;
  readonly operation: ApiOperation;
  /** How often the texts of the request were looked at. */
  readonly looks: () => number;
}

/** An API of the emulator, a request, and an operation. */
function setUp(faults: Fault[]): SetUp {
  const { emulator } = bench({ faults });
  const options = resolveEmbedder({ model: EMBEDDING, apiKey: KEY, fetch: emulator.fetch }, "Embedder");
  const api = new Api(options, () => {});
  const sensitiveTexts = vi.fn<() => string[]>(() => ["a text"]);
  const request: ApiRequest<string> = {
    call: { path: "/embeddings", body: { model: EMBEDDING, input: ["a text"] } },
    texts: ["a text"],
    estimatedTokens: 3,
    maxBytes: 1_000_000,
    sensitiveTexts,
    parse: () => "parsed",
  };
  const { signal } = new AbortController();
  const operation = api.operation({ priority: "normal", task: "embed 1 text", signal });
  return { api, request, operation, looks: () => sensitiveTexts.mock.calls.length };
}

describe("Api", () => {
  it("does not look at the texts of a request whose failures are recovered by retries", async () => {
    const { api, request, operation, looks } = setUp([{ status: 503 }, { status: 429 }, "reset"]);
    const sent = api.send(operation, request);
    await timed(sent);
    expect(await sent).toEqual({ status: "ok", value: "parsed" });
    expect(operation.attempts).toBe(4);
    expect(looks()).toBe(0);
  });

  it("builds the error of a failure only when it is asked for", async () => {
    const { api, request, operation, looks } = setUp([{ status: 401 }]);
    const attempt = await api.attempt(operation, await api.acquire(operation), request);
    expect(looks()).toBe(0);
    if (attempt.status !== "failed") throw new Error("the attempt did not fail");
    expect(attempt.error()).toMatchObject({ code: "unauthorized", attempts: 1 });
    expect(looks()).toBe(1);
  });
});
