import { describe, expect, it } from "vitest";
import { isTogetherError, TogetherError } from "../../../../src/index.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, rejection, texts } from "../../../support/emulate.js";
import { useVirtualTime } from "../../../support/time.js";

/** The error of one call against a server that answers every request with a fault. */
async function errorFor(fault: Fault, model = "me/embedding"): Promise<TogetherError> {
  const { embedder } = bench({ faults: () => fault });
  const error = await rejection(embedder({ model, maxRetries: 0 }).embed(["a text"]));
  expect(isTogetherError(error)).toBe(true);
  return error as TogetherError;
}

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
      /; check that `baseURL` \(https:\/\/api.together.ai\/v1\) is Together's API \(see .+#invalid_response\)$/,
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
    const { embedder, reranker } = bench({ faults: () => "usage-null" });
    expect((await embedder().embed(["a"])).usage).toEqual({ promptTokens: 0, totalTokens: 0 });
    expect(await reranker().rerank("q", ["a"], String)).toMatchObject([{ index: 0 }]);
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
    const { reranker, emulator } = bench({ faults: [fault] });
    const error = await rejection(reranker().rerank("q", ["1", "2", "3"], String));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toMatch(/^Cannot rerank 3 documents with "me\/rerank": /);
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
