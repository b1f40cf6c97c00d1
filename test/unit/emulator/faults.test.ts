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

const places = (items: { index: number }[]): number[] => items.map(({ index }) => index);

describe("faults", () => {
  it("come in the order of the list, then no more", async () => {
    const { ask } = emulatorWith({ faults: [{ status: 500 }, undefined, "ok", { status: 503 }] });
    const statuses = [];
    for (let round = 0; round < 6; round++) statuses.push((await ask()).status);
    expect(statuses).toEqual([500, 200, 200, 503, 200, 200]);
  });

  it("come where a function says so, are in the log, and can be changed", async () => {
    const { emulator, ask } = emulatorWith({
      faults: ({ number }) => (number % 2 ? { status: 500 } : undefined),
    });
    expect([(await ask()).status, (await ask()).status]).toEqual([500, 200]);
    expect(emulator.requests.map(({ fault }) => fault)).toEqual([{ status: 500 }, undefined]);
    emulator.setFaults([{ status: 504 }]);
    expect([(await ask()).status, (await ask()).status]).toEqual([504, 200]);
  });

  it("are not used up by requests that a limit refuses", async () => {
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
  ])("answer %i as Together does", async (status, message, code) => {
    const refused = await errorOf(askWith({ status }));
    expect(refused.status).toBe(status);
    expect(refused.error).toMatchObject({ message: expect.stringMatching(message) as string, code });
  });

  it("answer a status with the headers, message, code and error type of one's own", async () => {
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

  it("say in Together's words that an endpoint is not running", async () => {
    const { error } = await errorOf(askWith({ status: 400, code: "dedicated_endpoint_not_running" }));
    expect(error.message).toMatch(/^The dedicated endpoint for BAAI\/bge-large-en-v1.5 is not running/);
  });

  it.each([
    [{ status: 502, body: "<html>bad gateway</html>" }, 502, "<html>bad gateway</html>"],
    [{ body: { data: [] } }, 200, '{"data":[]}'],
    [{ status: 503, body: "" }, 503, ""],
    [{ status: 204, body: "" }, 204, ""],
  ])("answer %j with that body", async (fault, status, body) => {
    const response = await askWith(fault);
    expect([response.status, await response.text()]).toEqual([status, body]);
  });

  it("answer 200 with a page of HTML", async () => {
    const response = await askWith("html");
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html"]);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  it("fill an answer up without changing what it says", async () => {
    const text = await (await askWith({ padding: 1_000_000 })).text();
    expect(text.length).toBeGreaterThan(1_000_000);
    expect((JSON.parse(text) as EmbeddingsJson).data).toHaveLength(4);
  });
});

describe("faults in the list of vectors", () => {
  it("shuffle it, each vector keeping its index", async () => {
    const [straight, mixed] = [await dataWith("ok"), await dataWith("shuffled")];
    expect(places(mixed)).not.toEqual([0, 1, 2, 3]);
    expect(mixed.toSorted((one, other) => one.index - other.index)).toEqual(straight);
  });

  it.each<[Fault, number[]]>([
    ["missing-item", [0, 1, 3]],
    ["extra-item", [0, 1, 2, 3, 4]],
    ["repeated-index", [0, 1, 2, 0]],
    ["index-out-of-range", [0, 1, 2, 4]],
  ])("%s", async (fault, expected) => {
    expect(places(await dataWith(fault))).toEqual(expected);
    expect(places(await resultsWith(fault)).toSorted((one, other) => one - other)).not.toEqual([0, 1, 2, 3]);
  });

  it("put an object or nothing in its place", async () => {
    expect(Array.isArray(await dataWith("not-a-list"))).toBe(false);
    expect(await dataWith("no-list")).toBeUndefined();
    expect(Array.isArray(await resultsWith("not-a-list"))).toBe(false);
  });

  it("take the usage away", async () => {
    expect(await (await askWith("usage-null")).json()).toMatchObject({ usage: null });
  });
});

const lastFloat = (embedding: unknown): number =>
  Buffer.from(embedding as string, "base64").readFloatLE(4 * 1023);

describe("faults in a vector", () => {
  const last = { encoding_format: "base64" };

  it("put null into one, and NaN where base64 has no null", async () => {
    expect((await dataWith("null-in-vector"))[2]?.embedding.at(-1)).toBeNull();
    expect(lastFloat((await dataWith("null-in-vector", last))[2]?.embedding)).toBeNaN();
  });

  it("put NaN into one, which is not JSON, but is base64", async () => {
    const text = await (await askWith("nan-in-vector")).text();
    expect(text).toMatch(/,NaN\]/);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
    expect(lastFloat((await dataWith("nan-in-vector", last))[2]?.embedding)).toBeNaN();
  });

  it("put infinity into one, which is JSON", async () => {
    expect((await dataWith("infinity-in-vector"))[2]?.embedding.at(-1)).toBe(Infinity);
    expect(lastFloat((await dataWith("infinity-in-vector", last))[2]?.embedding)).toBe(Infinity);
  });

  it.each<[Fault, number | undefined]>([
    ["short-vector", 1023],
    ["empty-vector", 0],
    ["no-vector", undefined],
  ])("%s: only one is different", async (fault, length) => {
    const data = (await dataWith(fault)) as { embedding?: number[] }[];
    expect(data.map(({ embedding }) => embedding?.length)).toEqual([1024, 1024, length, 1024]);
  });

  it("put a string that is not base64 in its place", async () => {
    expect((await dataWith("bad-base64", last))[2]?.embedding).toMatch(/[^A-Za-z0-9+/=]/);
  });
});

describe("faults in scores", () => {
  it("make one infinite or null", async () => {
    expect((await resultsWith("infinite-score"))[0]?.relevance_score).toBe(Infinity);
    expect((await resultsWith("null-score"))[0]?.relevance_score).toBeNull();
  });
});
