import { CircuitBreaker } from "../../src/core/rate-limit/circuit-breaker.js";
import { ConcurrencyWindow } from "../../src/core/rate-limit/concurrency-window.js";

/** A server, and a client that always has another request. Times in milliseconds. */
export interface Load {
  /** Number of requests that the server processes at once; the others wait in its queue. */
  readonly workers: number;
  readonly serviceMs: number | ((now: number) => number);
  /** The longest queue. A server without this number rejects nothing. */
  readonly maxQueue?: number;
  /** The share of requests that fail by chance. */
  readonly failureShare?: number;
  /** Milliseconds until a request fails. */
  readonly failMs?: number;
  /** Whether every request that arrives now fails. */
  readonly isOut?: (now: number) => boolean;
  readonly maxConcurrency?: number;
  readonly highPriority?: boolean;
  readonly untilMs?: number;
}

/** The results, per second. */
export interface Second {
  served: number;
  rejected: number;
  /** The most requests in flight. */
  inFlight: number;
  /** The window's size at the end. */
  size: number;
  responseMs: number[];
}

interface InFlight {
  readonly sentAt: number;
  readonly inFlight: number;
  readonly isProbe: boolean;
  readonly succeeds: boolean;
  readonly endsAt: number;
}

/** Creates a generator of numbers from 0 to below 1, the same ones each time. */
function random(): () => number {
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Sends as many requests as a window allows. The window and the breaker are used as `RateLimiter` uses them. */
export function load(
  {
    workers,
    serviceMs,
    maxQueue = Number.POSITIVE_INFINITY,
    failureShare = 0,
    failMs = 5,
    isOut = () => false,
    maxConcurrency = 128,
    highPriority = false,
    untilMs = 30_000,
  }: Load,
  window = new ConcurrencyWindow(0),
): Second[] {
  const breaker = new CircuitBreaker();
  const next = random();
  const inFlight: InFlight[] = [];
  /** When each worker is idle again. */
  const freeAt = Array.from({ length: workers }, () => 0);
  const seconds: Second[] = [];
  let now = 0;

  const serve = (): Pick<InFlight, "succeeds" | "endsAt"> => {
    const waiting = inFlight.filter(({ succeeds }) => succeeds).length - workers;
    if (isOut(now) || waiting >= maxQueue || next() < failureShare)
      return { succeeds: false, endsAt: now + failMs };
    const worker = freeAt.indexOf(Math.min(...freeAt));
    const ms = typeof serviceMs === "function" ? serviceMs(now) : serviceMs;
    const endsAt = Math.max(now, freeAt[worker] as number) + ms * (0.9 + 0.2 * next());
    freeAt[worker] = endsAt;
    return { succeeds: true, endsAt };
  };

  const second = (): Second => {
    const empty = { served: 0, rejected: 0, inFlight: 0, size: 0, responseMs: [] };
    return (seconds[Math.floor(now / 1000)] ??= empty);
  };

  const send = (): void => {
    const isProbe = breaker.sent();
    inFlight.push({ sentAt: now, inFlight: inFlight.length + 1, isProbe, ...serve() });
    second().inFlight = Math.max(second().inFlight, inFlight.length);
  };

  const end = ({ sentAt, inFlight: beside, isProbe, succeeds }: InFlight): void => {
    if (succeeds) {
      const isNews = breaker.isNews(sentAt);
      breaker.responded(now, sentAt);
      if (isProbe) window.restore(now);
      else window.succeeded(now, { sentAt, inFlight: beside, maxConcurrency }, isNews, !highPriority);
      second().served += 1;
      second().responseMs.push(now - sentAt);
    } else {
      window.failed(inFlight.length, breaker.failures, true);
      const oldestSentAt = Math.min(...inFlight.map((other) => other.sentAt));
      breaker.failed(now, { sentAt, isProbe, oldestSentAt, retryAfterMs: undefined });
      second().rejected += 1;
    }
    second().size = window.size;
  };

  while (now < untilMs) {
    inFlight.sort((one, other) => one.endsAt - other.endsAt);
    const sendsAt = window.hasCapacity(inFlight.length, maxConcurrency, highPriority)
      ? Math.max(now, breaker.nextSendTime, window.opensAt(inFlight.length + 1))
      : Number.POSITIVE_INFINITY;
    const [first] = inFlight;
    if (sendsAt <= (first?.endsAt ?? Number.POSITIVE_INFINITY)) {
      now = sendsAt;
      send();
    } else {
      now = (first as InFlight).endsAt;
      end(inFlight.shift() as InFlight);
    }
  }
  return seconds.slice(0, Math.floor(untilMs / 1000));
}

/** Returns the mean of a value over some seconds. */
export function mean(seconds: readonly Second[], of: (second: Second) => number): number {
  return seconds.reduce((sum, second) => sum + of(second), 0) / seconds.length;
}
