import { describe, expect, it, vi } from "vitest";
import { Embedder, isTogetherError, Ranker, TogetherError } from "../../src/index.js";
import type { Fault } from "../../src/emulator/index.js";
import { bench, only, rejection, texts } from "../support/emulate.js";
import { timed, useVirtualTime } from "../support/time.js";

/** The error of one call against a server that answers every request with a fault. */
async function errorFor(fault: Fault, model = "me/embedding"): Promise<TogetherError> {
  const { embedder } = bench({ faults: () => fault });
  const error = await rejection(embedder({ model, maxRetries: 0 }).embed(["a text"]));
  expect(isTogetherError(error)).toBe(true);
  return error as TogetherError;
}

describe("bad input is an error before any request:", () => {
  const { embedder, ranker, emulator } = bench();

  it.each([
    ["a blank text", ["a", " \n\t"], /the text at index 1 is blank; remove or replace it before calling$/],
    ["two blank texts", ["", "a", ""], /the texts at indexes 0 and 2 are blank; remove or replace them/],
    ["what is no string", ["a", 5], /the text at index 1 is not a string; remove or replace it/],
    ["nulls", [null, "a", undefined], /the texts at indexes 0 and 2 are not strings/],
    ["a hole", Object.assign([], { length: 1 }), /the text at index 0 is not a string/],
    ["a string in place of a list", "a", /the texts are not an array but a string; pass an array$/],
    ["an object", {}, /the texts are not an array but an object/],
    ["null", null, /the texts are not an array but null/],
    ["nothing", undefined, /the texts are not an array but undefined/],
  ])("%s", async (_, input, message) => {
    const error = await rejection(embedder().embed(input as string[]));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^Cannot embed \d texts? with "me\/embedding": /);
    expect(emulator.requests.length).toBe(0);
  });

  it("one text at fault is named by `index`, several are not", async () => {
    expect(await rejection(embedder().embed(["a", ""]))).toMatchObject({ index: 1 });
    expect(await rejection(embedder().embed(["", ""]))).not.toHaveProperty("index");
  });

  it("of a thousand texts at fault the first ten are named, and how many there are", async () => {
    const error = (await rejection(embedder().embed(Array(1000).fill("")))) as Error;
    expect(error.message).toContain("at indexes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 ... (1000 in all) are blank");
  });

  it.each([
    ["a blank query", " ", "the query is blank; pass some text"],
    ["no query", undefined, "the query is not a string but undefined; pass a string"],
    ["a list of queries", ["a"], "the query is not a string but an array; pass a string"],
  ])("%s", async (_, query, problem) => {
    for (const asked of [
      embedder().embedQuery(query as string),
      ranker().rank(query as string, ["a"], (text) => text),
    ]) {
      expect(await rejection(asked)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining(problem),
      });
    }
    expect(emulator.requests.length).toBe(0);
  });

  it("documents that are no list, or have no text", async () => {
    expect(await rejection(ranker().rank("q", "a" as never, String))).toMatchObject({
      code: "invalid_input",
      message:
        'Cannot rank 0 documents with "me/rerank": the documents are not an array but a string; pass an array',
    });
    const items = [{ a: "x" }, {}] as { a: string }[];
    expect(await rejection(ranker().rank("q", items, (item) => item.a))).toMatchObject({
      code: "invalid_input",
      index: 1,
      message:
        'Cannot rank 2 documents with "me/rerank": there is no text at index 1; every document needs a text to be ranked by',
    });
    expect(emulator.requests.length).toBe(0);
  });
});

describe("an empty list", () => {
  it("is an empty list, without a request", async () => {
    const { embedder, ranker, emulator } = bench();
    expect(await embedder().embed([])).toEqual({ vectors: [], usage: { promptTokens: 0, totalTokens: 0 } });
    expect(await ranker().rank("q", [], String)).toEqual([]);
    expect(emulator.requests.length).toBe(0);
  });
});

describe("half a surrogate pair", () => {
  it("becomes U+FFFD, and an event names the texts", async () => {
    const { embedder, events, bodies } = bench();
    await embedder().embed(["whole 😀", "half \ud83d", "\ude00 other half"]);
    expect(bodies()[0]?.input).toEqual(["whole 😀", "half \ufffd", "\ufffd other half"]);
    expect(only(events, "repaired-text")).toMatchObject([{ indexes: [1, 2] }]);
  });

  it("is repaired in queries and in documents to rank as well", async () => {
    const { embedder, ranker, events, bodies } = bench();
    await embedder().embedQuery("half \ud83d");
    await ranker().rank("other \ude00", ["1", "2 \ud83d"], (text) => text);
    expect(bodies()[0]?.input).toEqual(["half \ufffd"]);
    expect(bodies()[1]).toMatchObject({ query: "other \ufffd", documents: ["1", "2 \ufffd"] });
    expect(only(events, "repaired-text").map(({ indexes }) => indexes)).toEqual([[0], [1]]);
  });
});

describe("a refusal", () => {
  it.each([
    [
      401,
      "unauthorized",
      /Together answered 401: it does not know this API key \[invalid_api_key\] \("Invalid API key provided.*"\); check `apiKey` or TOGETHER_API_KEY$/,
    ],
    [
      402,
      "payment_required",
      /Together answered 402: the account's credit or spending limit is used up \("Credit limit.*"\); add credit/,
    ],
    [
      403,
      "bad_request",
      /Together answered 403 \("No."\); change what it complains of; repeating the request cannot help$/,
    ],
    [
      404,
      "not_found",
      /Together answered 404: nothing is at https:\/\/api.together.ai\/v1, or it has no such model .*; check `baseURL`, which usually ends in \/v1, and `model`$/,
    ],
    [422, "bad_request", /Together answered 422 /],
    [405, "bad_request", /Together answered 405 /],
  ] as const)("with %i is %s, and is not repeated", async (status, code, message) => {
    const { embedder, emulator } = bench({
      faults: () => ({ status, ...(status === 403 && { message: "No." }) }),
    });
    const error = await rejection(embedder().embed(["a text"]));
    expect(error).toMatchObject({ code, status, attempts: 1, message: expect.stringMatching(message) });
    expect((error as Error).message).toMatch(/^Cannot embed 1 text with "me\/embedding": /);
    expect(emulator.requests.length).toBe(1);
  });

  it("of the model says that it has to run on a dedicated endpoint, and how to get there", async () => {
    const { embedder } = bench();
    const error = await rejection(embedder({ model: "BAAI/bge-large-en-v1.5" }).embed(["a text"]));
    expect(error).toMatchObject({ code: "model_unavailable", status: 400 });
    const { message } = error as Error;
    expect(message).toContain("the model is not served at https://api.together.ai/v1");
    expect(message).toContain("(it left the serverless offer on 2026-02-06)");
    expect(message).toContain("[model_not_available]");
    expect(message).toContain(
      'run it on a dedicated endpoint, then set `model` to "<project>/<endpoint>" and `baseURL` to "https://api-inference.together.ai/v1"',
    );
  });

  it("of a dedicated endpoint that is stopped is one of the model, too", async () => {
    const fault = { status: 400, code: "dedicated_endpoint_not_running" };
    expect(await errorFor(fault)).toMatchObject({ code: "model_unavailable" });
  });

  it("with 403 for an input beyond the context is `text_too_long`, as Together documents it", async () => {
    expect(await errorFor({ status: 403 })).toMatchObject({ code: "text_too_long", index: 0, status: 403 });
  });

  it.each([
    [{ error: "gateway says no" }, '("gateway says no")'],
    [{ message: "gateway says no" }, '("gateway says no")'],
    [{ detail: "gateway says no" }, '("gateway says no")'],
    [{ error: { message: "no", code: "a_code" } }, '[a_code] ("no")'],
    [{ error: { code: "no code, but a sentence" } }, "answered 422;"],
    ["<html>no</html>", "answered 422;"],
    [[], "answered 422;"],
    [{ error: { message: "long ".repeat(100) } }, "long ".repeat(60).trim()],
    [{ error: { message: "two\n\nlines \u001b[31mred" } }, '("two lines [31mred")'],
  ])("may have any body: %j", async (body, expected) => {
    const error = await errorFor({ status: 422, body: body as string | object });
    expect(error.message).toContain(expected);
  });

  it("carries the id of the request, from its headers or its body", async () => {
    const headers = { "x-request-id": "from-the-header" };
    expect((await errorFor({ status: 401, headers })).requestId).toBe("from-the-header");
    expect((await errorFor({ status: 401 })).requestId).toMatch(/^o\w{6}-/);
  });

  it("with an endless body is cut short, and still an error of its status", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const { embedder } = bench();
    const fetch = async (): Promise<Response> => new Response(body, { status: 400 });
    const error = await rejection(embedder({ fetch }).embed(["a text"]));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(pulled).toBeLessThan(20);
  });
});

describe("without a key or a model", () => {
  it("nothing can be made", () => {
    const noKey = expect.objectContaining({
      code: "missing_api_key",
      message:
        "Cannot create Ranker: there is no API key; set the environment variable TOGETHER_API_KEY, or pass `apiKey`",
    });
    expect(() => new Ranker({ model: "m" })).toThrow(noKey);
    expect(() => new Embedder({ model: " ", apiKey: "k" })).toThrow(
      /^Cannot create Embedder: `model` is missing; name the model your index belongs to, such as "BAAI\/bge-large-en-v1.5", or "<project>\/<endpoint>" for a dedicated endpoint$/,
    );
  });
});

describe("an error", () => {
  it("is known across copies of the package, and has no property that does not apply", async () => {
    const error = await errorFor({ status: 401 });
    expect(error).toBeInstanceOf(TogetherError);
    expect(error.name).toBe("TogetherError");
    expect(Object.keys(error).toSorted()).toEqual(["attempts", "code", "name", "requestId", "status"]);
    expect(error.cause).toBeUndefined();
    expect(isTogetherError(new Error("other"))).toBe(false);
    expect(isTogetherError(null)).toBe(false);
    expect(isTogetherError("TogetherError")).toBe(false);
  });

  it("says how many attempts it took", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { embedder } = bench({ faults: () => ({ status: 500 }) });
    const error = await rejection(embedder({ maxRetries: 2 }).embed(["a text"]));
    expect(error).toMatchObject({ attempts: 3 });
    expect((error as Error).message).toMatch(
      /Together answered 500 after 3 attempts \(".*"\); try again later; a cache keeps what was finished$/,
    );
    vi.restoreAllMocks();
  });
});

describe("an answer with status 200 that is none", () => {
  useVirtualTime();

  it.each<[Fault, string]>([
    ["html", "the answer is a web page"],
    [{ body: "" }, "the answer is empty"],
    [{ body: "certainly!" }, "the answer is not JSON"],
    ["missing-item", "3 vectors came back for 4 texts"],
    ["extra-item", "5 vectors came back for 4 texts"],
    ["repeated-index", "index 0 came back twice"],
    ["index-out-of-range", "index 4 is out of range"],
    ["not-a-list", "the answer has no list `data`"],
    ["no-list", "the answer has no list `data`"],
    ["null-in-vector", "holds something that is not a finite number"],
    ["infinity-in-vector", "holds something that is not a finite number"],
    ["short-vector", "dimensions instead of"],
    ["empty-vector", "is empty"],
    ["no-vector", "is neither numbers nor base64"],
    ["bad-base64", "is neither numbers nor base64"],
    [{ body: "null" }, "the answer has no list `data`"],
    [{ body: "[]" }, "the answer has no list `data`"],
  ])("is an error at once, for floats: %j", async (fault, problem) => {
    const { embedder, emulator } = bench({ faults: [fault], base64: "ignore" });
    const error = await rejection(embedder().embed(texts(4)));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toMatch(
      /; check that `baseURL` \(https:\/\/api.together.ai\/v1\) is Together's API$/,
    );
    expect(emulator.requests.length).toBe(1);
  });

  it.each<Fault>(["nan-in-vector", "infinity-in-vector", "short-vector", "empty-vector", "bad-base64"])(
    "is an error at once, for base64: %j",
    async (fault) => {
      const { embedder, emulator } = bench({ faults: [fault] });
      expect(await rejection(embedder().embed(texts(4)))).toMatchObject({ code: "invalid_response" });
      expect(emulator.requests.length).toBe(1);
    },
  );

  it("may hold NaN, which is not JSON: it came whole and would come so again", async () => {
    const { embedder, emulator } = bench({ faults: ["nan-in-vector"], base64: "ignore" });
    const error = await rejection(embedder().embed(texts(4)));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain("the answer is not JSON");
    expect(emulator.requests.length).toBe(1);
  });

  it("may hold a number that is finite only in double precision", async () => {
    const { embedder } = bench({ embed: () => [[1, 1e39, 0, 0]] });
    const error = await rejection(embedder({ encodingFormat: "float" }).embed(["a"]));
    expect(error).toMatchObject({ code: "invalid_response" });
  });

  it("may be of another length than all before it", async () => {
    const { embedder } = bench({ embed: (list) => list.map((text) => Array(text === "a" ? 4 : 3).fill(1)) });
    const one = embedder();
    await one.embed(["a"]);
    const error = await rejection(one.embed(["b"]));
    expect((error as Error).message).toContain("vector 0 has 3 dimensions instead of 4");
  });

  it("is no reason to complain if only its usage is missing", async () => {
    const { embedder, ranker } = bench({ faults: () => "usage-null" });
    expect((await embedder().embed(["a"])).usage).toEqual({ promptTokens: 0, totalTokens: 0 });
    expect(await ranker().rank("q", ["a"], String)).toMatchObject([{ index: 0 }]);
  });

  it("carries the id of the request", async () => {
    const headers = { "x-request-id": "r-1" };
    expect(await errorFor({ kind: "html", headers })).toMatchObject({ requestId: "r-1" });
    expect(await errorFor({ kind: "no-list", headers })).toMatchObject({ requestId: "r-1" });
  });

  it.each<[Fault, string]>([
    ["missing-item", "2 results came back where 3 were asked for"],
    ["extra-item", "4 results came back where 3 were asked for"],
    ["repeated-index", "came back twice"],
    ["index-out-of-range", "index 3 is out of range"],
    ["infinite-score", "has no finite score"],
    ["null-score", "has no finite score"],
    ["no-list", "the answer has no list `results`"],
    ["html", "the answer is a web page"],
  ])("is an error at once, for a ranking: %j", async (fault, problem) => {
    const { ranker, emulator } = bench({ faults: [fault] });
    const error = await rejection(ranker().rank("q", ["1", "2", "3"], String));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toMatch(/^Cannot rank 3 documents with "me\/rerank": /);
    expect(emulator.requests.length).toBe(1);
  });
});

describe("an answer that is far too large", () => {
  it.each([
    ["whether its length is known", { "content-length": String(2 ** 31) }],
    ["or not", {}],
  ])("is refused before it fills the memory, %s", async (_, headers) => {
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1 << 20));
      },
      cancel() {
        cancelled = true;
      },
    });
    const fetch = async (): Promise<Response> => new Response(body, { headers });
    const { embedder } = bench();
    const error = await rejection(embedder({ fetch, dimensions: 1024 }).embed(["a"]));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toMatch(/the answer is longer than \d+ bytes, more than any right one/);
    expect(pulled).toBeLessThan(5);
    expect(cancelled).toBe(true);
  });
});

describe("a failure that another try may change", () => {
  useVirtualTime();

  it.each<[string, Fault, string, number | undefined]>([
    ["408", { status: 408 }, "server_error", 408],
    ["409", { status: 409 }, "server_error", 409],
    ["425", { status: 425 }, "server_error", 425],
    ["500", { status: 500 }, "server_error", 500],
    ["502", { status: 502 }, "server_error", 502],
    ["503", { status: 503 }, "server_error", 503],
    ["504", { status: 504 }, "server_error", 504],
    ["529", { status: 529 }, "server_error", 529],
    ["a lost connection", "reset", "connection_failed", undefined],
    ["half a body, then a lost connection", "cut", "connection_failed", undefined],
    ["half a body", "half", "connection_failed", undefined],
    ["no answer", "hang", "timeout", undefined],
    ["half a body, then nothing", "endless", "timeout", undefined],
    ["a body that takes too long", { bodyDuration: 90_000 }, "timeout", undefined],
  ])("%s is tried again, and told", async (_, fault, code, status) => {
    const { embedder, emulator, events } = bench({ faults: [fault] });
    const call = embedder({ timeout: 30_000 }).embed(["a text"]);
    await timed(call);
    expect((await call).vectors.length).toBe(1);
    expect(emulator.requests.length).toBe(2);
    expect(only(events, "retry")).toMatchObject([{ code, status, request: 1, retriesLeft: 4 }]);
    expect(only(events, "request").map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  it.each<[string, Fault, RegExp]>([
    ["the server", { status: 503 }, /Together answered 503 after 6 attempts/],
    [
      "the connection",
      "reset",
      /the connection failed after 6 attempts \(ECONNRESET\); check that https:\/\/api.together.ai\/v1 can be reached from here$/,
    ],
    ["half a body", "half", /the connection failed after 6 attempts \(the answer was cut off\)/],
    [
      "time",
      "hang",
      /no whole answer came within 1000 ms after 6 attempts; raise `timeout` or lower `batchSize`$/,
    ],
  ])("ends after five retries by default: %s", async (_, fault, message) => {
    const { embedder, emulator } = bench({ faults: () => fault });
    const call = rejection(embedder({ timeout: 1000 }).embed(["a text"]));
    await timed(call);
    expect(((await call) as Error).message).toMatch(message);
    expect(emulator.requests.length).toBe(6);
  });
});
