import { describe, expect, it } from "vitest";
import { isTogetherError, TogetherError } from "../../../../src/index.js";
import type { Fault } from "../../../../src/emulator/index.js";
import { bench, rejection, texts } from "../../../support/emulate.js";
import { timed, useVirtualTime } from "../../../support/time.js";

/** Returns the error of one call to a server that responds to every request with a fault. */
async function errorFor(fault: Fault, model = "me/embedding"): Promise<TogetherError> {
  const { embedder } = bench({ faults: () => fault });
  const error = await rejection(embedder({ model, maxRetries: 0 }).embed(["a text"]));
  expect(isTogetherError(error)).toBe(true);
  return error as TogetherError;
}

describe("invalid 200 responses", () => {
  useVirtualTime();

  it.each<[Fault, string]>([
    ["html", "the response is a web page"],
    [{ body: "" }, "the response is empty"],
    [{ body: "certainly!" }, "the response is not JSON"],
    ["missing-item", "3 vectors were returned for 4 texts"],
    ["extra-item", "5 vectors were returned for 4 texts"],
    ["repeated-index", "index 0 was returned twice"],
    ["index-out-of-range", "an index is out of range"],
    ["not-a-list", "the response has no list `data`"],
    ["no-list", "the response has no list `data`"],
    ["null-in-vector", "contains a value that is not a finite number"],
    ["infinity-in-vector", "contains a value that is not a finite number"],
    ["short-vector", "dimensions instead of"],
    ["empty-vector", "is empty"],
    ["no-vector", "is neither numbers nor base64"],
    ["bad-base64", "is neither numbers nor base64"],
    [{ body: "null" }, "the response has no list `data`"],
    [{ body: "[]" }, "the response has no list `data`"],
  ])("fails without a retry for floats: %j", async (fault, problem) => {
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
    "fails without a retry for base64: %j",
    async (fault) => {
      const { embedder, emulator } = bench({ faults: [fault] });
      expect(await rejection(embedder().embed(texts(4)))).toMatchObject({ code: "invalid_response" });
      expect(emulator.requests.length).toBe(1);
    },
  );

  it("does not retry a complete body with NaN, which is not JSON", async () => {
    const { embedder, emulator } = bench({ faults: ["nan-in-vector"], base64: "ignore" });
    const error = await rejection(embedder().embed(texts(4)));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain("the response is not JSON");
    expect(emulator.requests.length).toBe(1);
  });

  it("rejects a number that is finite only in double precision", async () => {
    const { embedder } = bench({ embed: () => [[1, 1e39, 0, 0]] });
    const error = await rejection(embedder({ encodingFormat: "float" }).embed(["a"]));
    expect(error).toMatchObject({ code: "invalid_response" });
  });

  it("rejects a vector whose length differs from earlier responses", async () => {
    const { embedder } = bench({ embed: (list) => list.map((text) => Array(text === "a" ? 4 : 3).fill(1)) });
    const one = embedder({ retryDeadline: 1 });
    await one.embed(["a"]);
    const caught = rejection(one.embed(["b"]));
    await timed(caught);
    const error = await caught;
    expect((error as Error).message).toContain("vector 0 has 3 dimensions instead of 4");
  });

  it("accepts a response without usage", async () => {
    const { embedder, reranker } = bench({ faults: () => "usage-null" });
    expect((await embedder().embed(["a"])).usage).toEqual({ promptTokens: 0, totalTokens: 0 });
    expect(await reranker().rerank("q", ["a"], String)).toMatchObject([{ index: 0 }]);
  });

  it("adds the request id to the error", async () => {
    const headers = { "x-request-id": "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91" };
    expect(await errorFor({ kind: "html", headers })).toMatchObject({
      requestId: "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91",
    });
    expect(await errorFor({ kind: "no-list", headers })).toMatchObject({
      requestId: "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91",
    });
  });

  it.each<[Fault, string]>([
    ["missing-item", "2 results were returned, but 3 were requested"],
    ["extra-item", "4 results were returned, but 3 were requested"],
    ["repeated-index", "was returned twice"],
    ["index-out-of-range", "an index is out of range"],
    ["infinite-score", "has no finite score"],
    ["null-score", "has no finite score"],
    ["no-list", "the response has no list `results`"],
    ["html", "the response is a web page"],
  ])("fails without a retry for a ranking: %j", async (fault, problem) => {
    const { reranker, emulator } = bench({ faults: [fault] });
    const error = await rejection(reranker().rerank("q", ["1", "2", "3"], String));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(problem);
    expect((error as Error).message).toMatch(/^Cannot rerank 3 documents with "me\/rerank": /);
    expect(emulator.requests.length).toBe(1);
  });
});

describe("responses that are too large", () => {
  it.each([
    ["with a content-length", { "content-length": String(2 ** 31) }],
    ["without a content-length", {}],
  ])("rejects a response %s before it is read into memory", async (_, headers) => {
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
    expect((error as Error).message).toMatch(
      /the response is longer than \d+ bytes, more than any valid response/,
    );
    expect(pulled).toBeLessThan(5);
    expect(cancelled).toBe(true);
  });

  const keys = Array.from({ length: 900_000 }, (_, key) => `"${key}":1`).join();
  const KINDS: readonly [string, number, string][] = [
    ["longer than any valid one", 10, `{"data":[${" ".repeat(3_000_000)}]}`],
    ["full of objects", 500, `{"data":[${"{},".repeat(900_000)}{}]}`],
    ["nested deeply", 500, `{"data":${"[".repeat(1_400_000)}${"]".repeat(1_400_000)}}`],
    ["full of keys", 500, `{"data":[],${keys}}`],
    ["full of numbers", 500, `{"data":[${"0,".repeat(3_000_000)}0]}`],
  ];
  it.each(KINDS)(
    "rejects a response %s once, although the model has succeeded",
    async (_, batchSize, body) => {
      const { embedder, emulator } = bench({ faults: ["ok", { body }] });
      await embedder().embed(["a"]);
      const error = await rejection(embedder({ batchSize, dimensions: 1024 }).embed(texts(batchSize)));
      expect(error).toMatchObject({ code: "invalid_response", attempts: 1 });
      expect((error as Error).message).toMatch(/the response (is longer|has more values) than/);
      expect(emulator.requests.length).toBe(2);
    },
  );

  it("suggests `dimensions` as long as the length of the vectors is not known", async () => {
    const { embedder } = bench({ faults: () => ({ body: " ".repeat(2_000_000) }) });
    const { message } = (await rejection(embedder().embed(["a"]))) as Error;
    expect(message).toContain("(set `dimensions` if the model's vectors are very long)");
    const known = (await rejection(embedder({ dimensions: 4 }).embed(["a"]))) as Error;
    expect(known.message).not.toContain("set `dimensions`");
  });

  it.each([
    ["float", 16_385, "vector 0 has 16385 dimensions, but 16384 is the maximum"],
    ["base64", 16_385, "vector 0 has more than 16384 dimensions"],
    ["float", 700_000, "the response is longer than"],
    ["base64", 700_000, "the response is longer than"],
  ] as const)("rejects vectors as %s of %i numbers", async (encodingFormat, length, problem) => {
    const vector = new Float32Array(length).fill(1);
    const embedding =
      encodingFormat === "float" ? Array.from(vector) : Buffer.from(vector.buffer).toString("base64");
    const fetch = async (): Promise<Response> => Response.json({ data: [{ index: 0, embedding }] });
    const { embedder } = bench();
    const own = embedder({ fetch, encodingFormat });
    const error = await rejection(own.embed(["a"]));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect((error as Error).message).toContain(problem);
    expect(own.dimensions).toBeUndefined();
  });
});
