/** Delays and rejects requests: latency, limits, faults and workers. The limits are the emulator's. */

import { Limiter } from "../../../../src/emulator/rate-limit/limiter.js";
import type { RateLimitOptions } from "../../../../src/emulator/rate-limit/rate-limit-options.js";
import { seededRandom } from "../../../../src/emulator/random.js";
import { ApiError, defaultError } from "../../../../src/emulator/api-error.js";
import { sleep } from "../../../../src/emulator/delay.js";
import { countTokens } from "../../../../src/emulator/tokens.js";
import { WorkerPool } from "../../../../src/emulator/server/worker-pool.js";

/** How the server behaves in a scenario. */
export interface ServerSettings {
  /** Round trip without the service time, in milliseconds. */
  readonly latency: number;
  /** Number of requests that are processed at once; the others queue. @defaultValue no limit */
  readonly workers?: number;
  /** Service time in milliseconds. @defaultValue 0 */
  readonly service?: { readonly perRequest: number; readonly perText: number };
  /** @defaultValue no limits */
  readonly limits?: RateLimitOptions;
  /** The share of requests that fail with a 503. @defaultValue 0 */
  readonly failing?: number;
}

/** The requests of a client. */
export interface Totals {
  requests: number;
  /** Number of 429s. */
  rateLimited: number;
  /** Number of 503s. */
  failed: number;
  /** Number of texts in requests that succeeded. */
  texts: number;
}

/** The limits, workers and totals of one client's run. */
export class Gate {
  readonly totals: Totals = { requests: 0, rateLimited: 0, failed: 0, texts: 0 };
  readonly #settings: ServerSettings;
  readonly #limiter: Limiter;
  readonly #workers: WorkerPool;
  readonly #random = seededRandom(503);

  constructor(settings: ServerSettings) {
    this.#settings = settings;
    this.#limiter = new Limiter(settings.limits);
    this.#workers = new WorkerPool(settings.workers ?? Infinity, Infinity);
  }

  /** Processes a request. @throws {ApiError} 429 or 503, after the round trip. */
  async pass<Result>(model: string, texts: readonly string[], respond: () => Result): Promise<Result> {
    const half = this.#settings.latency / 2;
    this.totals.requests += 1;
    await sleep(half);
    try {
      this.#checkLimits(model, texts);
      return await this.#workers.run(async () => {
        const { perRequest, perText } = this.#settings.service ?? { perRequest: 0, perText: 0 };
        await sleep(perRequest + perText * texts.length);
        this.totals.texts += texts.length;
        return respond();
      });
    } finally {
      await sleep(half);
    }
  }

  #checkLimits(model: string, texts: readonly string[]): void {
    const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
    try {
      this.#limiter.consume({ ...UNLIMITED_FIELDS, model, texts: texts.length, tokens }, "bench");
    } catch (error) {
      this.totals.rateLimited += 1;
      throw error;
    }
    if (this.#random() >= (this.#settings.failing ?? 0)) return;
    this.totals.failed += 1;
    throw new ApiError(503, defaultError(503).message);
  }
}

/** The fields of a request that no limit uses. */
const UNLIMITED_FIELDS = { number: 0, time: 0, method: "POST", origin: "", path: "", body: undefined };
