import { afterEach, describe, expect, it, vi } from "vitest";
import { readBody } from "../../../../src/core/request/read-body.js";
import type { RequestError } from "../../../../src/core/request/request-error.js";
import type { ResponseLimit } from "../../../../src/core/request/response-limits.js";
import { breathe } from "../../../support/time.js";

const MB = 2 ** 20;
const NO_LIMIT = { maxBytes: 200 * MB };

function read(response: Response, limit: ResponseLimit = NO_LIMIT, signal = new AbortController().signal) {
  return readBody(response, limit, signal);
}

/** Returns why a response is rejected. */
async function failureOf(response: Response, limit?: ResponseLimit): Promise<unknown> {
  const error = await read(response, limit).then(
    () => expect.fail("the response was accepted"),
    (reason: unknown) => reason as RequestError,
  );
  return error.failure;
}

/** Creates a response that repeats a chunk, and counts how often it was asked for one. */
function endless(bytes: number) {
  const chunk = new Uint8Array(bytes);
  const state = { chunks: 0 };
  const pull = (stream: ReadableStreamDefaultController<Uint8Array>) => {
    state.chunks += 1;
    if (state.chunks <= 100) stream.enqueue(chunk);
  };
  return { state, response: new Response(new ReadableStream({ pull }, { highWaterMark: 0 })) };
}

/** A body that is JSON, of a size in bytes. */
function spaces(bytes: number): string {
  return `1${" ".repeat(bytes - 1)}`;
}

describe("readBody(): size", () => {
  it("accepts a response of the maximum size, with and without its length in a header", async () => {
    for (const headers of [{}, { "content-length": "10" }]) {
      expect(await read(new Response("[1,2,3,45]", { headers }), { maxBytes: 10 })).toEqual({
        body: [1, 2, 3, 45],
        bytes: 10,
      });
    }
  });

  it("rejects a longer response, and adds the hint of the limit", async () => {
    const problem = "the response is longer than 9 bytes, more than any valid response";
    expect(await failureOf(new Response("[1,2,3,45]"), { maxBytes: 9 })).toMatchObject({ problem });
    expect(await failureOf(new Response("[1,2,3,45]"), { maxBytes: 9, hint: "set an option" })).toMatchObject(
      { problem: `${problem} (set an option)` },
    );
  });

  it("rejects a response that is too long on a platform without streams", async () => {
    const response = new Response("[1,2,3,45]", { headers: { "content-length": "10" } });
    Object.defineProperty(response, "body", { value: null });
    expect(await failureOf(response, { maxBytes: 9 })).toMatchObject({ kind: "invalid", isTooLarge: true });
  });
});

describe("readBody(): invalid JSON", () => {
  it.each([
    ["20 spaces", `${" ".repeat(20)}<html>`],
    ["a byte order mark and a line break", "\uFEFF\r\n<html>"],
  ])("recognizes a web page after %s", async (_, body) => {
    expect(await failureOf(new Response(body))).toMatchObject({ problem: "the response is a web page" });
  });

  it("reports a truncated response as cut off", async () => {
    expect(await failureOf(new Response('{"data": ['))).toMatchObject({ kind: "connection", isCut: true });
  });
});

describe("readBody(): memory", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("delays a response while another one holds 64 MB, until that one is aborted", async () => {
    const [first, second] = [endless(MB), endless(MB)];
    const aborted = new AbortController();
    const reading = read(first.response, NO_LIMIT, aborted.signal);
    await breathe(500);
    expect(first.state.chunks).toBeGreaterThan(64);
    const waiting = read(second.response, { maxBytes: 50 * MB });
    await breathe(500);
    expect(second.state.chunks).toBe(1);
    aborted.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    await expect(waiting).rejects.toThrow("invalid");
    expect(second.state.chunks).toBe(51);
  });

  it("reads responses of up to 4 MB into the same memory, and a longer one into its own", async () => {
    const from = vi.spyOn(Buffer, "from");
    for (const bytes of [4 * MB, 10, 4 * MB + 1, 4 * MB]) await read(new Response(spaces(bytes)));
    const buffers = from.mock.calls.map(([bytes]) => bytes as unknown);
    const [first, second, longer, last] = buffers.filter((one) => one instanceof ArrayBuffer);
    expect([second === first, longer === first, last === first]).toEqual([true, false, true]);
  });
});
