import { describe, expect, it } from "vitest";
import { createEmulator, type Fault } from "../../../src/emulator/index.js";
import {
  embed,
  emulatorWith,
  errorOf,
  post,
  RERANK,
  type EmbeddingsJson,
  type RerankJson,
} from "./support.js";

const texts = ["one", "two", "three", "four"];

function askWith(fault: Fault, extra: object = {}): Promise<Response> {
  return embed(createEmulator({ faults: [fault] }).fetch, texts, extra);
}

async function dataWith(fault: Fault, extra?: object): Promise<EmbeddingsJson["data"]> {
  return ((await (await askWith(fault, extra)).json()) as EmbeddingsJson).data;
}

async function resultsWith(fault: Fault): Promise<RerankJson["results"]> {
  const { fetch } = createEmulator({ faults: [fault] });
  const response = await post(fetch, "/rerank", { model: RERANK, query: "one two", documents: texts });
  return ((await response.json()) as RerankJson).results;
}

const indexes = (items: { index: number }[]): number[] => items.map(({ index }) => index);

describe("faults option", () => {
  it("applies the faults of a list in order, then none", async () => {
    const { ask } = emulatorWith({ faults: [{ status: 500 }, undefined, "ok", { status: 503 }] });
    const statuses = [];
    for (let round = 0; round < 6; round++) statuses.push((await ask()).status);
    expect(statuses).toEqual([500, 200, 200, 503, 200, 200]);
  });

  it("applies the faults of a function, logs them, and can be changed", async () => {
    const { emulator, ask } = emulatorWith({
      faults: ({ number }) => (number % 2 ? { status: 500 } : undefined),
    });
    expect([(await ask()).status, (await ask()).status]).toEqual([500, 200]);
    expect(emulator.requests.map(({ fault }) => fault)).toEqual([{ status: 500 }, undefined]);
    emulator.setFaults([{ status: 504 }]);
    expect([(await ask()).status, (await ask()).status]).toEqual([504, 200]);
  });

  it("keeps the next fault when the rate limit rejects a request", async () => {
    const { emulator, ask } = emulatorWith({
      limits: { requestsPerSecond: 1 },
      faults: ["ok", { status: 500 }],
    });
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 429]);
    emulator.setLimits(undefined);
    expect((await ask()).status).toBe(500);
  });

  it.each([
    [400, /Invalid request/, null],
    [401, /Invalid API key provided/, "invalid_api_key"],
    [402, /Credit limit/, null],
    [403, /context length/, null],
    [404, /Not found/, null],
    [413, /too large/, null],
    [422, /failed with status 422/, null],
    [429, /rate limited/, null],
    [500, /Unknown server error/, null],
    [503, /overloaded/, null],
    [504, /timed out/, null],
    [529, /failed with status 529/, null],
  ])("returns Together's message and code for status %i", async (status, message, code) => {
    const rejected = await errorOf(askWith({ status }));
    expect(rejected.status).toBe(status);
    expect(rejected.error).toMatchObject({ message: expect.stringMatching(message) as string, code });
  });

  it("returns custom headers, message, code and error type", async () => {
    const details = {
      status: 429,
      headers: { "retry-after": "9" },
      message: "slow",
      code: "c",
      errorType: "dynamic_token_limited",
    };
    const response = await askWith(details);
    expect(response.headers.get("retry-after")).toBe("9");
    expect(await response.json()).toMatchObject({
      error: { message: "slow", code: "c" },
      error_type: "dynamic_token_limited",
    });
  });

  it("returns Together's message for an endpoint that is not running", async () => {
    const { error } = await errorOf(askWith({ status: 400, code: "dedicated_endpoint_not_running" }));
    expect(error.message).toMatch(/^The dedicated endpoint for BAAI\/bge-large-en-v1.5 is not running/);
  });

  it.each([
    [{ status: 502, body: "<html>bad gateway</html>" }, 502, "<html>bad gateway</html>"],
    [{ body: { data: [] } }, 200, '{"data":[]}'],
    [{ status: 503, body: "" }, 503, ""],
    [{ status: 204, body: "" }, 204, ""],
  ])("returns the body of %j", async (fault, status, body) => {
    const response = await askWith(fault);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it("returns an HTML page with status 200", async () => {
    const response = await askWith("html");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  it("pads a response without a change of its content", async () => {
    const text = await (await askWith({ padding: 1_000_000 })).text();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect((JSON.parse(text) as EmbeddingsJson).data).toHaveLength(4);
  });
});

describe("faults in a list", () => {
  it("shuffles the items, each with its own index", async () => {
    const [straight, mixed] = [await dataWith("ok"), await dataWith("shuffled")];
    expect(indexes(mixed)).not.toEqual([0, 1, 2, 3]);
    expect(mixed.toSorted((one, other) => one.index - other.index)).toEqual(straight);
  });

  it.each<[Fault, number[]]>([
    ["missing-item", [0, 1, 3]],
    ["extra-item", [0, 1, 2, 3, 4]],
    ["repeated-index", [0, 1, 2, 0]],
    ["index-out-of-range", [0, 1, 2, 4]],
  ])("returns wrong items for %s", async (fault, expected) => {
    expect(indexes(await dataWith(fault))).toEqual(expected);
    expect(indexes(await resultsWith(fault)).toSorted((one, other) => one - other)).not.toEqual([0, 1, 2, 3]);
  });

  it("gives an index out of range also to the best of many documents", async () => {
    const { fetch } = createEmulator({ faults: ["index-out-of-range"] });
    const body = { model: RERANK, query: "two", documents: ["one", "two", "three", "four"], top_n: 2 };
    const { results } = (await (await post(fetch, "/rerank", body)).json()) as RerankJson;
    expect(results.map(({ index }) => index)).toEqual([1, 4]);
  });

  it("throws for a function that returns something else than a fault", async () => {
    const { fetch } = createEmulator({ faults: (() => "401") as never });
    await expect(embed(fetch, "x")).rejects.toThrow(
      "Cannot respond to a request: `faults()` is a status without its name; did you mean { status: 401 }?",
    );
  });

  it("returns an object or nothing in place of the list", async () => {
    expect(Array.isArray(await dataWith("not-a-list"))).toBe(false);
    expect(await dataWith("no-list")).toBeUndefined();
    expect(Array.isArray(await resultsWith("not-a-list"))).toBe(false);
  });

  it("returns usage: null", async () => {
    expect(await (await askWith("usage-null")).json()).toMatchObject({ usage: null });
  });
});

const lastFloat = (embedding: unknown): number =>
  Buffer.from(embedding as string, "base64").readFloatLE(4 * 1023);

describe("faults in a vector", () => {
  const last = { encoding_format: "base64" };

  it("ends a vector with null, or with NaN in base64", async () => {
    expect((await dataWith("null-in-vector"))[2]?.embedding.at(-1)).toBeNull();
    expect(lastFloat((await dataWith("null-in-vector", last))[2]?.embedding)).toBeNaN();
  });

  it("ends a vector with NaN, which is not JSON", async () => {
    const text = await (await askWith("nan-in-vector")).text();
    expect(text).toMatch(/,NaN\]/);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(lastFloat((await dataWith("nan-in-vector", last))[2]?.embedding)).toBeNaN();
  });

  it("ends a vector with infinity, which parses as JSON", async () => {
    expect((await dataWith("infinity-in-vector"))[2]?.embedding.at(-1)).toBe(Infinity);
    expect(lastFloat((await dataWith("infinity-in-vector", last))[2]?.embedding)).toBe(Infinity);
  });

  it.each<[Fault, number | undefined]>([
    ["short-vector", 1023],
    ["empty-vector", 0],
    ["no-vector", undefined],
  ])("changes the length of one vector only for %s", async (fault, length) => {
    const data = (await dataWith(fault)) as { embedding?: number[] }[];
    expect(data.map(({ embedding }) => embedding?.length)).toEqual([1024, 1024, length, 1024]);
  });

  it("returns a string that is not base64 in place of a vector", async () => {
    expect((await dataWith("bad-base64", last))[2]?.embedding).toMatch(/[^A-Za-z0-9+/=]/);
  });
});

describe("faults in scores", () => {
  it("makes the best score infinite or null", async () => {
    expect((await resultsWith("infinite-score"))[0]?.relevance_score).toBe(Infinity);
    expect((await resultsWith("null-score"))[0]?.relevance_score).toBeNull();
  });
});
