import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Failure } from "../../../../src/core/errors/failure.js";
import {
  backoff,
  isOutage,
  isRetryable,
  isRetryableStatus,
  retryAfterMs,
} from "../../../../src/core/request/retry-policy.js";

const NOW = Date.parse("2026-11-20T12:00:00Z");

const lost: Failure = { kind: "connection", detail: "ECONNREFUSED", isCut: false };
const cut: Failure = { kind: "connection", detail: "ECONNRESET", isCut: true };
const invalid: Failure = { kind: "invalid", problem: "the response is empty" };
const timeout: Failure = { kind: "timeout" };
const certificate: Failure = { kind: "certificate", detail: "CERT_HAS_EXPIRED" };
const wrongOption: Failure = { kind: "option", problem: "your `fetch` threw a TypeError", fix: "log it" };
const redirect: Failure = { kind: "redirect" };

function responded(status: number, message = ""): Failure {
  const body = { message, type: "", code: "" };
  return { kind: "status", status, body, waitMs: undefined, requestId: undefined };
}

describe("isRetryableStatus()", () => {
  it("accepts 408, 409, 425 and all of 500 to 599, and no other status", () => {
    const retryable = Array.from({ length: 500 }, (_, index) => 100 + index).filter(isRetryableStatus);
    expect(retryable.filter((status) => status < 500)).toEqual([408, 409, 425]);
    expect(retryable.filter((status) => status >= 500).length).toBe(100);
  });
});

describe("isRetryable()", () => {
  it.each<[boolean, Failure]>([
    [true, responded(429)],
    [true, responded(503)],
    [false, responded(400)],
    [false, responded(500, "input is too large to process")],
    [true, invalid],
    [false, { ...invalid, isTooLarge: true }],
    [true, lost],
    [true, cut],
    [true, timeout],
    [false, certificate],
    [false, wrongOption],
    [false, redirect],
  ])("returns %s for %j", (expected, failure) => {
    expect(isRetryable(failure, true)).toBe(expected);
  });

  it("accepts no invalid response of a model that has never responded correctly", () => {
    expect(isRetryable(invalid, false)).toBe(false);
  });
});

describe("isOutage()", () => {
  it.each<[boolean, Failure]>([
    [true, responded(502)],
    [true, responded(503)],
    [true, responded(504)],
    [true, responded(529)],
    [false, responded(500)],
    [false, responded(429)],
    [true, lost],
    [false, cut],
    [true, invalid],
    [false, timeout],
    [false, certificate],
    [false, wrongOption],
    [false, redirect],
  ])("returns %s for %j", (expected, failure) => {
    expect(isOutage(failure, true)).toBe(expected);
  });

  it("accepts no invalid response if another request has succeeded meanwhile", () => {
    expect(isOutage(invalid, false)).toBe(false);
  });
});

describe("retryAfterMs()", () => {
  it.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ "x-ratelimit-reset": "2" }, 2000],
    [{ "x-ratelimit-reset": "0" }, 0],
    [{ "x-ratelimit-reset": "0.25" }, 250],
    [{ "x-ratelimit-reset": " 3 " }, 3000],
    [{ "x-ratelimit-reset": String(NOW / 1000 + 7) }, 7000],
    [{ "x-ratelimit-reset": String(NOW / 1000 - 7) }, 0],
    [{ "x-ratelimit-reset": String(NOW + 7000) }, 7000],
    [{ "x-ratelimit-reset": String(NOW - 7000) }, 0],
    [{ "x-ratelimit-reset": "2026-11-20T12:00:07Z" }, 7000],
    [{ "x-ratelimit-reset": "soon" }, undefined],
    [{ "x-ratelimit-reset": "" }, undefined],
    [{ "x-ratelimit-reset": "999999999" }, 999_999_999_000],
    [{ "x-ratelimit-reset": "1000000000" }, 0],
    [{ "x-ratelimit-reset": "100000000000" }, 0],
    [{ "x-ratelimit-reset": "-1" }, undefined],
    [{ "x-ratelimit-reset": "Infinity" }, undefined],
    [{ "retry-after-ms": "150" }, 150],
    [{ "retry-after-ms": "-150" }, undefined],
    [{ "retry-after": "5" }, 5000],
    [{ "retry-after": "Fri, 20 Nov 2026 12:00:09 GMT" }, 9000],
    [{ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 0],
    [{ "retry-after": "later" }, undefined],
    [{ "retry-after": "-1" }, undefined],
    [{ "x-ratelimit-reset": "1", "retry-after-ms": "2", "retry-after": "3" }, 1000],
    [{ "retry-after-ms": "2", "retry-after": "3" }, 2],
    [{ "x-ratelimit-reset": "soon", "retry-after": "3" }, 3000],
  ])("reads %j as %s ms", (headers, wait) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(wait);
  });

  describe.each([
    ["30 s slow", -30_000],
    ["60 s fast", 60_000],
    ["150 s slow", -150_000],
    ["150 s fast", 150_000],
  ])("with a clock that is %s", (_, error) => {
    const date = new Date(NOW).toUTCString();

    it.each([
      ["x-ratelimit-reset", String(NOW / 1000 + 7)],
      ["x-ratelimit-reset", String(NOW + 7000)],
      ["retry-after", new Date(NOW + 7000).toUTCString()],
    ])("counts a date in %s from the server's time: %s", (name, value) => {
      // The header names a whole second: on average, half a second has passed.
      expect(retryAfterMs(new Headers({ date, [name]: value }), NOW + error)).toBe(6500);
    });

    it("does not change a delay in seconds", () => {
      expect(retryAfterMs(new Headers({ date, "retry-after": "7" }), NOW + error)).toBe(7000);
    });
  });

  it("uses the client's clock, which is more precise, if it is within 2.5 s of the middle of the server's second", () => {
    const headers = new Headers({
      date: new Date(NOW).toUTCString(),
      "x-ratelimit-reset": String(NOW / 1000 + 7),
    });
    for (const differs of [-1900, -300, 0, 900, 1900, 2900])
      expect(retryAfterMs(headers, NOW + differs)).toBe(7000 - differs);
  });

  it.each(["", "yesterday", "12:xx"])("uses the client's clock if the date header is %j", (date) => {
    const headers = new Headers({ date, "x-ratelimit-reset": String(NOW / 1000 + 7) });
    expect(retryAfterMs(headers, NOW)).toBe(7000);
  });

  it("ignores a blank header, which a custom class of headers may not trim", () => {
    const headers = { get: (name: string) => (name === "retry-after" ? "3" : " ") };
    expect(retryAfterMs(headers as Headers, NOW)).toBe(3000);
  });

  it("returns a finite delay or undefined for any header values", () => {
    const value = fc.stringMatching(/^[ -~]*$/);
    const headers = fc.record(
      { "x-ratelimit-reset": value, "retry-after-ms": value, "retry-after": value, date: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, (given) => {
        const wait = retryAfterMs(new Headers(given), NOW);
        expect(wait === undefined || (Number.isFinite(wait) && wait >= 0)).toBe(true);
      }),
    );
  });
});

describe("backoff()", () => {
  it("starts at 200 ms at most, at least doubles, and is 8 seconds at most", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((retry) => backoff(retry, 1));
    expect(delays[0]).toBeLessThanOrEqual(200);
    expect(delays.at(-1)).toBe(8000);
    for (const [index, delay] of delays.slice(1).entries()) {
      expect(delay).toBeGreaterThanOrEqual(Math.min(8000, 2 * (delays[index] as number)));
      expect(delay).toBeLessThanOrEqual(8000);
    }
  });

  it("is random between 0 and the upper bound", () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), chance, (retry, random) => {
        const delay = backoff(retry, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(backoff(retry, 1));
        expect(delay).toBeLessThanOrEqual(8000);
      }),
    );
    expect(backoff(3, 0)).toBe(0);
  });
});
