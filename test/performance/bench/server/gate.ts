/** What stands between a request and its answer: distance, limits, faults, workers. The limits are the emulator's. */

import { Limiter } from "../../../../src/emulator/rate-limit/limiter.js";
import type { RateLimitOptions } from "../../../../src/emulator/rate-limit/rate-limit-options.js";
import { seededRandom } from "../../../../src/emulator/random.js";
import { ApiError, defaultError } from "../../../../src/emulator/api-error.js";
import { sleep } from "../../../../src/emulator/delay.js";
import { countTokens } from "../../../../src/emulator/tokens.js";
import { WorkerPool } from "../../../../src/emulator/server/worker-pool.js";

/** How the server behaves in a scenario. */
export interface ServerSettings {
  /** Round trip without the work, in milliseconds. */
  readonly latency: number;
  /** Requests worked on at once; the others queue. Default: no limit. */
  readonly workers?: number;
  /** What a worker takes, in milliseconds. Default: nothing. */
  readonly service?: { readonly perRequest: number; readonly perText: number };
  /** Default: none. */
  readonly limits?: RateLimitOptions;
  /** The share of requests that fail with a 503. Default: 0. */
  readonly failing?: number;
}

/** What a client asked of the server. */
export interface Totals {
  requests: number;
  /** 429. */
  refused: number;
  /** 503. */
  failed: number;
  /** Texts in requests that were answered well. */
  texts: number;
}

/** The gate of one client's run. */
export class Gate {
  readonly totals: Totals = { requests: 0, refused: 0, failed: 0, texts: 0 };
  readonly #settings: ServerSettings;
  readonly #limiter: Limiter;
  readonly #workers: WorkerPool;
  readonly #random = seededRandom(503);

  constructor(settings: ServerSettings) {
    this.#settings = settings;
    this.#limiter = new Limiter(settings.limits);
    this.#workers = new WorkerPool(settings.workers ?? Infinity, Infinity);
  }

  /** @throws {ApiError} 429 or 503, after the time that takes. */
  async pass<Answer>(model: string, texts: readonly string[], answer: () => Answer): Promise<Answer> {
    const half = this.#settings.latency / 2;
    this.totals.requests += 1;
    await sleep(half);
    try {
      this.#admit(model, texts);
      return await this.#workers.run(async () => {
        const { perRequest, perText } = this.#settings.service ?? { perRequest: 0, perText: 0 };
        await sleep(perRequest + perText * texts.length);
        this.totals.texts += texts.length;
        return answer();
      });
    } finally {
      await sleep(half);
    }
  }

  #admit(model: string, texts: readonly string[]): void {
    const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
    try {
      this.#limiter.consume({ ...UNSEEN, model, texts: texts.length, tokens }, "bench");
    } catch (refusal) {
      this.totals.refused += 1;
      throw refusal;
    }
    if (this.#random() >= (this.#settings.failing ?? 0)) return;
    this.totals.failed += 1;
    throw new ApiError(503, defaultError(503).message);
  }
}

/** The parts of a request that no limit looks at. */
const UNSEEN = { number: 0, time: 0, method: "POST", origin: "", path: "", body: undefined };
