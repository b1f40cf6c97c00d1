import { Readable } from "node:stream";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Embedder, Reranker, type Fetch, type TogetherError } from "../../../src/index.js";
import { rejection } from "../../support/emulate.js";

const KEY = "tgp_v1_canary-of-the-key";
const TEXT = "canary of the text that nothing may quote";

/** Errors that quote the request in every place where an error can hold a string. */
const WAYS: [string, (made: Error) => unknown][] = [
  ["as it is", (made) => made],
  ["as a cause", (cause) => new Error(TEXT, { cause })],
  ["as the cause of a failed fetch", (cause) => new TypeError("fetch failed", { cause })],
  [
    "with more properties",
    (made) => Object.assign(made, { config: { key: KEY, body: TEXT }, response: TEXT }),
  ],
  ["with a name that is a text", (made) => Object.assign(made, { name: TEXT })],
  ["with a code that is a key", (made) => Object.assign(made, { code: KEY })],
];

const ERRORS: [string, () => Error][] = [
  ["Error", () => new Error(`${TEXT} ${KEY}`)],
  ["TypeError", () => new TypeError(`${TEXT} ${KEY}`)],
  ["RangeError", () => new RangeError(`${TEXT} ${KEY}`)],
  ["ReferenceError", () => new ReferenceError(`${TEXT} ${KEY}`)],
  ["SyntaxError", () => new SyntaxError(`${TEXT} ${KEY}`)],
  ["AggregateError", () => new AggregateError([new Error(KEY)], `${TEXT} ${KEY}`)],
  ["ECONNRESET", () => Object.assign(new Error(`${TEXT} ${KEY}`), { code: "ECONNRESET" })],
  ["CERT_HAS_EXPIRED", () => Object.assign(new Error(`${TEXT} ${KEY}`), { code: "CERT_HAS_EXPIRED" })],
];

const attempts = ERRORS.flatMap(([name, make]) =>
  WAYS.map(([how, change]): [string, string, () => unknown] => [name, how, () => change(make())]),
);

const body = JSON.stringify({ data: [{ index: 0, embedding: [1, 2] }] });
const headers = new Headers();

/** Values that a mock returns instead of a Response. */
const MOCKS: [string, () => unknown][] = [
  ["undefined", () => undefined],
  ["null", () => null],
  ["a number", () => 200],
  ["a string", () => body],
  ["a function", () => () => body],
  ["an array", () => [body]],
  ["{ ok, json }", () => ({ ok: true, json: async () => JSON.parse(body) as unknown })],
  ["{ ok, text }", () => ({ ok: true, text: async () => body })],
  ["{ ok, status, json }", () => ({ ok: true, status: 200, json: async () => JSON.parse(body) as unknown })],
  [
    "{ ok, status, headers: {} }",
    () => ({ ok: true, status: 200, headers: {}, arrayBuffer: async () => body }),
  ],
  ["{ ok, status, headers }", () => ({ ok: true, status: 200, headers })],
  ["{ ok, status, headers, body: string }", () => ({ ok: true, status: 200, headers, body })],
  [
    "{ ok, status, headers, body: stream of Node }",
    () => ({ ok: true, status: 200, headers, body: Readable.from([body]) }),
  ],
  [
    "status as a string",
    () => ({ ok: true, status: "200", headers, arrayBuffer: async () => new ArrayBuffer(0) }),
  ],
  ["a failed mock", () => ({ ok: false, status: 500, json: async () => ({}) })],
  ["Response.error()", () => Response.error()],
  ["a frozen object", () => Object.freeze({})],
  ["an object without a prototype", () => Object.create(null) as unknown],
  [
    "an axios response",
    () => ({ data: JSON.parse(body) as unknown, status: 200, statusText: "OK", headers: {} }),
  ],
];

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Returns the error of an embedder with this `fetch`, and the number of calls of `fetch`. */
async function failureWith(fetch: Fetch): Promise<{ error: TogetherError; calls: number }> {
  const spy = vi.fn<Fetch>(fetch);
  const embedder = new Embedder({ model: "m", apiKey: KEY, fetch: spy, maxRetries: 1 });
  const error = (await rejection(embedder.embed([TEXT]))) as TogetherError;
  return { error, calls: spy.mock.calls.length };
}

function leaks(error: unknown): string[] {
  const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)} ${String(error)}`;
  return ["canary"].filter((canary) => shown.includes(canary));
}

describe("value that a custom fetch throws", () => {
  it.each(attempts)("causes one typed error without secrets: %s, %s", async (_, __, make) => {
    const { error, calls } = await failureWith(() => Promise.reject(make() as Error));
    expect(["connection_failed", "invalid_option"]).toContain(error.code);
    expect(calls).toBe(error.attempts);
    expect(leaks(error)).toEqual([]);
  });

  it.each([undefined, null, 0, "", TEXT, Symbol("canary"), () => TEXT, { message: TEXT }, [TEXT]])(
    "causes an error without secrets if it is no Error: case %#",
    async (thrown) => {
      const { error } = await failureWith(() => Promise.reject(thrown as unknown as Error));
      expect(error.code).toBe("connection_failed");
      expect(leaks(error)).toEqual([]);
    },
  );
});

describe("value that a custom fetch returns", () => {
  it.each(MOCKS)("causes one error after one call, which names what is missing: %s", async (_, make) => {
    const { error, calls } = await failureWith(async () => make() as Response);
    expect({ code: error.code, calls }).toEqual({ code: "invalid_option", calls: 1 });
    expect(error.message).toContain("your `fetch` returned no Response: it has no `");
    expect(leaks(error)).toEqual([]);
  });

  it.each([300, 304, 305, 306, 309, 399])("is not a redirect with status %i", async (status) => {
    const { error, calls } = await failureWith(async () => new Response(null, { status }));
    expect({ code: error.code, calls }).toEqual({ code: "invalid_response", calls: 1 });
  });
});

describe("reranker with a custom fetch", () => {
  it.each(MOCKS.slice(0, 7))("reports the same error: %s", async (_, make) => {
    const reranker = new Reranker({ model: "m", apiKey: KEY, fetch: async () => make() as Response });
    const error = (await rejection(reranker.rerank(TEXT, [TEXT], String))) as TogetherError;
    expect(error.code).toBe("invalid_option");
    expect(leaks(error)).toEqual([]);
  });
});
