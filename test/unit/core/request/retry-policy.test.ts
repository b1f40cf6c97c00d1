import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoff, isRetryableStatus, retryAfterMs } from "../../../../src/core/request/retry-policy.js";

const NOW = Date.parse("2026-11-20T12:00:00Z");

describe("isRetryableStatus()", () => {
  it("accepts 408, 409, 425 and all of 500 to 599, and no other status", () => {
    const retryable = Array.from({ length: 500 }, (_, index) => 100 + index).filter(isRetryableStatus);
    expect(retryable.filter((status) => status < 500)).toEqual([408, 409, 425]);
    expect(retryable.filter((status) => status >= 500).length).toBe(100);
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
    [{ "x-ratelimit-reset": "soon" }, undefined],
    [{ "x-ratelimit-reset": "" }, undefined],
    [{ "x-ratelimit-reset": "999999999" }, 999_999_999_000],
    [{ "x-ratelimit-reset": "-1" }, undefined],
    [{ "x-ratelimit-reset": "Infinity" }, undefined],
    [{ "retry-after-ms": "150" }, 150],
    [{ "retry-after-ms": "-150" }, undefined],
    [{ "retry-after": "5" }, 5000],
    [{ "retry-after": "Fri, 20 Nov 2026 12:00:09 GMT" }, 9000],
    [{ "retry-after": "Fri, 20 Nov 2026 11:00:00 GMT" }, 0],
    [{ "retry-after": "later" }, undefined],
    [{ "x-ratelimit-reset": "1", "retry-after-ms": "2", "retry-after": "3" }, 1000],
    [{ "retry-after-ms": "2", "retry-after": "3" }, 2],
    [{ "x-ratelimit-reset": "soon", "retry-after": "3" }, 3000],
  ])("reads %j as %s ms", (headers, wait) => {
    expect(retryAfterMs(new Headers(headers), NOW)).toBe(wait);
  });

  it("returns a finite delay or undefined for any header values", () => {
    const value = fc.stringMatching(/^[ -~]*$/);
    const headers = fc.record(
      { "x-ratelimit-reset": value, "retry-after-ms": value, "retry-after": value },
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
