/**
 * Detects an outage of a model, and determines when a request probes if it is over. Pure: the time is an argument.
 *
 * Closed: requests are sent. Four failures in a row open it. Open: nothing is sent until a probe is due. Probing: one
 * request is in flight; its failure schedules the next probe, and the first response that is no failure closes it
 * again.
 */

/**
 * Failures in a row that are an outage. If one request in twenty fails by chance, that is once in 160,000 requests; at 2,
 * which no row of the simulation shows, once in 400.
 */
const OUTAGE_AFTER = 4;

/**
 * Delays before the probes: every 0.75 s at most during the first 5 s, then longer; the last one repeats. Work resumes
 * within a second after a short outage, and an outage of a minute costs 16 requests, not 80.
 */
const PROBE_DELAYS_MS = [250, 500, 750, 750, 750, 750, 750, 750, 1500, 3000, 6000, 7500] as const;

/**
 * A full server rejects some requests while it processes others. Their responses are awaited this long. Without it, a
 * full server with response times of two seconds looks like an outage.
 */
const RESPONSE_WAIT_MS = 1000;

/** When an outage began and, if it is over, when it ended. Milliseconds of the limiter's clock. */
export interface OutagePeriod {
  readonly beganAt: number;
  readonly endedAt: number | undefined;
}

/** A failed request. */
export interface BreakerFailure {
  readonly sentAt: number;
  readonly isProbe: boolean;
  /** When the oldest request that is still in flight was sent; infinite if there is none. */
  readonly oldestSentAt: number;
  /** The delay in milliseconds that the server asks for, if it does. */
  readonly retryAfterMs: number | undefined;
}

/** The circuit breaker of one model. Times in milliseconds. */
export class CircuitBreaker {
  /** Failures in a row, and when the first and the last of them were received. */
  #failures = 0;
  #failingSince = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;
  /**
   * Failures since any response, also to a request that was sent before the first of them. Without it, work resumes
   * after 0.95 s instead of 0.4 s when 40 requests encounter an outage of a second.
   */
  #sinceResponse = 0;
  #outage: OutagePeriod | undefined;
  #probes = 0;
  #probeAt = Number.NEGATIVE_INFINITY;

  /** The present outage, or the last one. */
  get outage(): OutagePeriod | undefined {
    return this.#outage;
  }

  /** Failures in a row. */
  get failures(): number {
    return this.#failures;
  }

  get isOpen(): boolean {
    return this.#outage !== undefined && this.#outage.endedAt === undefined;
  }

  /** When the next request may be sent: in the past if closed, infinite while a probe is in flight. */
  get nextSendTime(): number {
    return this.isOpen ? this.#probeAt : Number.NEGATIVE_INFINITY;
  }

  /** Records a request that is sent now. @returns whether it is a probe. */
  sent(): boolean {
    this.#probeAt = Number.POSITIVE_INFINITY;
    return this.isOpen;
  }

  /** Whether the response to a request is about the present failures: it was sent after the first of them. */
  isNews(sentAt: number): boolean {
    return this.#failures === 0 || sentAt >= this.#failingSince;
  }

  /**
   * Records a response that is not a failure. It does not count if its request was sent before the first failure.
   *
   * @returns the duration of the outage that it ends; 0 if it ends none.
   */
  responded(now: number, sentAt: number): number {
    this.#sinceResponse = 0;
    if (!this.isNews(sentAt)) return 0;
    this.#failures = 0;
    if (!this.#outage || !this.isOpen) return 0;
    this.#outage = { ...this.#outage, endedAt: now };
    return now - this.#outage.beganAt;
  }

  /**
   * Records a failure of the server or of the connection. Requests that were in flight when the last failure was
   * received fail together with it, and do not count again.
   */
  failed(now: number, { sentAt, isProbe, oldestSentAt, retryAfterMs }: BreakerFailure): void {
    if (this.#failures === 0) this.#failingSince = now;
    const isCurrentProbe = isProbe && this.#isOfThisOutage(sentAt);
    if (sentAt < this.#failedAt && !isCurrentProbe) return;
    this.#failedAt = now;
    this.#failures += 1;
    this.#sinceResponse += 1;
    const isServing =
      this.#sinceResponse < 2 ||
      (oldestSentAt < this.#failingSince && now - this.#failingSince < RESPONSE_WAIT_MS);
    if (!this.isOpen && this.#failures >= OUTAGE_AFTER && !isServing) {
      this.#outage = { beganAt: now, endedAt: undefined };
      this.#probes = 0;
    } else if (!isCurrentProbe) return;
    const delayMs = PROBE_DELAYS_MS[this.#probes] ?? (PROBE_DELAYS_MS.at(-1) as number);
    this.#probeAt = now + (retryAfterMs ?? delayMs);
    this.#probes += 1;
  }

  /** A probe ended without a response: it was aborted. Another may be sent at once. */
  probeAborted(now: number, sentAt: number): void {
    if (this.#isOfThisOutage(sentAt)) this.#probeAt = now;
  }

  /** A probe can outlast its outage. It must not allow a second one in the next outage. */
  #isOfThisOutage(sentAt: number): boolean {
    return this.isOpen && sentAt >= (this.#outage as OutagePeriod).beganAt;
  }
}
