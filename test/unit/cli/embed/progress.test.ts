import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TogetherEvent } from "../../../../src/index.js";
import { formatDollars, formatDuration } from "../../../../src/cli/embed/format.js";
import { DelayStatus, ProgressBar, progressLine, SpeedMeter } from "../../../../src/cli/embed/progress.js";

const common = { operation: "embed", model: "m" } as const;
const limited: TogetherEvent = {
  ...common,
  type: "rate-limited",
  request: 1,
  limitedBy: "tokens",
  delayMs: 1000,
  ratePerSecond: 1234.56,
};

function outage(phase: "begin" | "end", durationMs: number): TogetherEvent {
  return { ...common, type: "outage", phase, durationMs };
}

describe("progress line", () => {
  it("shows the share, the texts, the speed, the remaining time and the delay", () => {
    const state = { done: 250_000, total: 1_000_000, speed: 5000.4, status: "outage for 3 s" };
    expect(progressLine(state, 120)).toBe(
      "[######------------------] 25% 250,000/1,000,000 | 5,000 texts/s | 2 min 30 s left | outage for 3 s",
    );
  });

  it("shows no bar without a known end, and fits into the columns of the terminal", () => {
    const state = { done: 1500, total: undefined, speed: 20, status: "" };
    expect(progressLine(state, 80)).toBe("1,500 texts | 20 texts/s");
    expect(progressLine(state, 10)).toBe("1,500 tex");
    expect(progressLine({ done: 0, total: 0, speed: undefined, status: "" }, 80)).toBe("0/0");
  });
});

describe("SpeedMeter", () => {
  it("measures the last 15 seconds", () => {
    const meter = new SpeedMeter();
    expect(meter.perSecond).toBeUndefined();
    for (let second = 0; second <= 60; second++)
      meter.add(second * 1000, second < 40 ? 0 : (second - 40) * 100);
    expect(meter.perSecond).toBe(100);
  });
});

describe("DelayStatus", () => {
  it("shows an outage while it lasts, and a rate limit for some seconds after a 429", () => {
    const status = new DelayStatus();
    expect(status.at(0)).toBe("");
    status.add(limited, 0);
    expect(status.at(10_000)).toBe("rate limit: 1,234.6 tokens/s");
    status.add(outage("begin", 2000), 10_000);
    expect(status.at(70_000)).toBe("outage for 1 min 2 s");
    status.add(outage("end", 62_000), 72_000);
    expect(status.at(72_000)).toBe("");
  });
});

describe("ProgressBar", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("draws four times per second until it is stopped, and then removes its line", () => {
    const drawn: string[] = [];
    const bar = new ProgressBar({ columns: 60, write: (text) => drawn.push(text) }, 200, 0);
    bar.done = 50;
    vi.advanceTimersByTime(500);
    bar.event(limited);
    vi.advanceTimersByTime(250);
    bar.stop();
    vi.advanceTimersByTime(5000);
    expect(drawn).toEqual([
      "\r\u001B[K[######------------------] 25% 50/200 | 200 texts/s | 0.8 s",
      "\r\u001B[K[######------------------] 25% 50/200 | 100 texts/s | 1.5 s",
      "\r\u001B[K[######------------------] 25% 50/200 | 67 texts/s | 2.3 s ",
      "\r\u001B[K",
    ]);
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0 s"],
    [1234, "1.2 s"],
    [9960, "10 s"],
    [59_600, "1 min 0 s"],
    [3_599_600, "1 h 0 min"],
    [86_400_000 + 3 * 3_600_000, "1 d 3 h"],
  ])("formats %i ms as %s", (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe("formatDollars", () => {
  it.each([
    [0, "$0.00"],
    [0.001_234_56, "$0.00123"],
    [4.4e-7, "$0.00000044"],
    [1234.5, "$1,234.50"],
  ])("formats %d as %s", (amount, text) => {
    expect(formatDollars(amount)).toBe(text);
  });
});
