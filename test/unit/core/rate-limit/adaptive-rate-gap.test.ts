import { describe, expect, it } from "vitest";
import { Pacer } from "../../../../src/core/rate-limit/pacer.js";

describe("Pacer with a rate estimated from small requests", () => {
  it("delays the request after a large one by a few seconds at most", () => {
    const pacer = new Pacer();
    pacer.observeIdle(0, 0);
    // A query of five tokens receives a 429 while the rate still pays off a batch of six thousand.
    const query = pacer.sent(400, 5);
    pacer.rateLimited(900, query, { by: "tokens", resetMs: undefined }, 0);
    pacer.sent(2000, 6000);
    expect(pacer.ratePerSecond).toBeLessThan(10);
    expect(pacer.nextSendTime(1, 16, false)).toBeLessThan(2000 + 3000);
  });
});
