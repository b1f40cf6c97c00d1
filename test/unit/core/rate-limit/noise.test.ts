import { describe, expect, it } from "vitest";
import { NoiseDetector } from "../../../../src/core/rate-limit/noise.js";

const BLOCKED_UNTIL = 700;

/** A detector after a 429 for the request number 90 of 101. */
function suspecting(rejected = 0): NoiseDetector {
  const detector = new NoiseDetector();
  detector.rateLimited(90, { sent: 101, rejected }, BLOCKED_UNTIL);
  return detector;
}

/** Accepts later requests until the 429 is noise; returns how many that takes, or `undefined` if it never is. */
function acceptedUntilNoise(detector: NoiseDetector): number | undefined {
  for (let count = 1; count <= 100; count++) {
    const blockedUntil = detector.accepted(90 + count);
    if (blockedUntil === undefined) continue;
    expect(blockedUntil).toBe(BLOCKED_UNTIL);
    return count;
  }
  return undefined;
}

describe("NoiseDetector", () => {
  it("finds noise when four in five of the later requests are accepted", () => {
    expect(acceptedUntilNoise(suspecting())).toBe(8);
  });

  it("counts the requests from that of the 429, and none before it", () => {
    const detector = suspecting();
    for (let before = 80; before < 90; before++) expect(detector.accepted(before)).toBeUndefined();
    expect(detector.accepted(90)).toBeUndefined();
    expect(acceptedUntilNoise(detector)).toBe(7);
  });

  it("finds noise only while 429s are rare: three, and one per 25 requests", () => {
    expect(acceptedUntilNoise(suspecting(7))).toBe(8);
    expect(acceptedUntilNoise(suspecting(8))).toBeUndefined();
  });

  it("finds none if no request was sent after that of the 429", () => {
    const detector = new NoiseDetector();
    detector.rateLimited(90, { sent: 91, rejected: 0 }, BLOCKED_UNTIL);
    expect(acceptedUntilNoise(detector)).toBeUndefined();
  });

  it("finds none before a 429, and none after it was reset", () => {
    expect(acceptedUntilNoise(new NoiseDetector())).toBeUndefined();
    const detector = suspecting();
    detector.reset();
    expect(acceptedUntilNoise(detector)).toBeUndefined();
  });
});
