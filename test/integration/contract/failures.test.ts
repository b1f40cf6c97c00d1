import { describe, expect, it, vi } from "vitest";
import type { EmbedderOptions, RerankerOptions, TogetherErrorCode } from "../../../src/index.js";
import type { Fault } from "../../../src/emulator/index.js";
import { bench, EMBEDDING, KEY, rejection, RERANK, texts, type Bench } from "../../support/emulate.js";
import { drivers, type Call, type Driver } from "./drivers/index.js";

/** Failures, and the `code` of their errors. */
const failures: readonly [what: string, fault: Fault, code: TogetherErrorCode][] = [
  ["401", { status: 401 }, "unauthorized"],
  ["402", { status: 402 }, "payment_required"],
  ["400 for a dead model", { status: 400, code: "model_not_available" }, "model_unavailable"],
  ["404", { status: 404 }, "not_found"],
  ["400", { status: 400 }, "bad_request"],
  ["422", { status: 422, message: "No." }, "bad_request"],
  [
    "429 with a reset beyond the retry deadline",
    { status: 429, headers: { "x-ratelimit-reset": "3600" } },
    "rate_limited",
  ],
  ["408", { status: 408 }, "server_error"],
  ["500", { status: 500 }, "server_error"],
  ["503", { status: 503 }, "server_error"],
  ["504", { status: 504 }, "server_error"],
  ["a lost connection", "reset", "connection_failed"],
  ["a truncated body", "cut", "connection_failed"],
  ["half a body", "half", "connection_failed"],
  ["no response", "hang", "timeout"],
  ["a body without an end", "endless", "timeout"],
  ["a web page", "html", "invalid_response"],
  ["a redirect", "redirect", "redirected"],
  ["a missing item", "missing-item", "invalid_response"],
  ["an extra item", "extra-item", "invalid_response"],
  ["an index twice", "repeated-index", "invalid_response"],
  ["an index out of range", "index-out-of-range", "invalid_response"],
  ["no list", "no-list", "invalid_response"],
];

const ofVectors: typeof failures = [
  ["a null in a vector", "null-in-vector", "invalid_response"],
  ["NaN in a vector", "nan-in-vector", "invalid_response"],
  ["an empty vector", "empty-vector", "invalid_response"],
  ["no base64", "bad-base64", "invalid_response"],
];

/** Failures of lists: a single vector cannot be shorter than others. */
const ofLists: typeof failures = [["a shorter vector", "short-vector", "invalid_response"]];

const ofScores: typeof failures = [
  ["an infinite score", "infinite-score", "invalid_response"],
  ["no score", "null-score", "invalid_response"],
];

/** One of the three calls of a framework. Its list is long enough for every fault. */
type Ask = (driver: Driver, server: Bench, own?: object, call?: Call) => Promise<unknown>;

const options = ({ emulator }: Bench, own: object): Omit<EmbedderOptions & RerankerOptions, "model"> => ({
  apiKey: KEY,
  fetch: emulator.fetch,
  maxRetries: 0,
  retryDeadline: 100,
  timeout: 100,
  ...own,
});

const documents: Ask = (driver, server, own = {}, call) =>
  driver.embeddings({ model: EMBEDDING, ...options(server, own) }).documents(texts(3), call);

const query: Ask = (driver, server, own = {}, call) =>
  driver.embeddings({ model: EMBEDDING, ...options(server, own) }).query("a question", call);

const rerank: Ask = (driver, server, own = {}, call) => {
  const items = texts(3).map((text, index) => driver.wrap({ id: `${index}`, text, metadata: {} }));
  return driver.reranker({ model: RERANK, ...options(server, own) }).rerank("a question", items, call);
};

const cases: readonly [asked: string, ask: Ask, failures: typeof failures][] = [
  ["documents", documents, [...failures, ...ofVectors, ...ofLists]],
  ["a query", query, [...failures, ...ofVectors]],
  ["a ranking", rerank, [...failures, ...ofScores]],
];

describe.each(drivers)("failures in $framework", (driver) => {
  describe.each(cases)("of %s", (_, ask, list) => {
    it.each(list)("fails with a typed error after: %s", async (_what, fault, code) => {
      const error = await rejection(ask(driver, bench({ faults: () => fault })));
      expect(error).toMatchObject({ name: "TogetherError", code });
      expect((error as Error).message).toMatch(/^Cannot .+: .+; .+/);
    });

    it("succeeds when the server does after two failed attempts", async () => {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const server = bench({ faults: ["reset", { status: 503 }] });
      await ask(driver, server, { maxRetries: 2, retryDeadline: 60_000 });
      vi.restoreAllMocks();
      expect(server.emulator.requests).toHaveLength(3);
    });

    it.each([
      ["retries a 500 `maxRetries` times", { status: 500 }, 3],
      ["does not retry a 401", { status: 401 }, 1],
    ])("%s", async (_how, fault, requests) => {
      vi.spyOn(Math, "random").mockReturnValue(0);
      const server = bench({ faults: () => fault });
      const error = await rejection(ask(driver, server, { maxRetries: 2, retryDeadline: 60_000 }));
      vi.restoreAllMocks();
      expect(error).toMatchObject({ status: fault.status, attempts: requests });
      expect(server.emulator.requests).toHaveLength(requests);
    });

    it("rejects at once with the signal's reason when it is aborted while a request is in flight", async () => {
      const server = bench({ faults: () => "hang" });
      const controller = new AbortController();
      const pending = rejection(ask(driver, server, { timeout: 60_000 }, { signal: controller.signal }));
      await vi.waitFor(() => expect(server.emulator.inFlight).toBe(1));
      const reason = new Error("no longer wanted");
      controller.abort(reason);
      expect(await pending).toBe(reason);
      await vi.waitFor(() => expect(server.emulator.inFlight).toBe(0));
    });

    it("rejects with the reason of a signal that is aborted already, without a request", async () => {
      const server = bench();
      const signal = AbortSignal.abort("too late");
      expect(await rejection(ask(driver, server, {}, { signal }))).toBe("too late");
      expect(server.emulator.requests).toEqual([]);
    });

    it("rejects blank input with its own message, without a request", async () => {
      const server = bench();
      const { embeddings, reranker } = made(driver, server);
      const wrong: Record<string, () => Promise<unknown>> = {
        documents: () => embeddings.documents(["sound", " \n"]),
        "a query": () => embeddings.query("\t"),
        "a ranking": () => reranker.rerank(" ", [driver.wrap({ id: "1", text: "text", metadata: {} })]),
      };
      const [asked] = cases.find(([, candidate]) => candidate === ask) ?? [""];
      const error = await rejection((wrong[asked] as () => Promise<unknown>)());
      expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining("is blank") });
      expect(server.emulator.requests).toEqual([]);
    });
  });

  it.each([
    ["without a model", {}, "invalid_option", "`model` is missing"],
    ["with an option of a wrong type", { model: "m", timeout: "soon" }, "invalid_option", "`timeout`"],
    ["with an unknown option", { model: "m", batchsize: 3 }, "invalid_option", "did you mean `batchSize`?"],
    ["without a key", { model: "m", apiKey: undefined }, "missing_api_key", "TOGETHER_API_KEY"],
  ])("names the class and the fix in the error of a constructor %s", (_, wrong, code, words) => {
    const given = { apiKey: KEY, ...wrong } as unknown as EmbedderOptions & RerankerOptions;
    for (const make of [() => driver.embeddings(given), () => driver.reranker(given)]) {
      expect(make).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }));
      expect(make).toThrow(new RegExp(`^Cannot create ${driver.made}: `));
    }
  });
});

function made(driver: Driver, server: Bench) {
  return {
    embeddings: driver.embeddings({ model: EMBEDDING, ...options(server, {}) }),
    reranker: driver.reranker({ model: RERANK, ...options(server, {}) }),
  };
}
