/**
 * The smallest possible client: `fetch`, base64, no checks, and the best settings for this server. It retries a 503 at
 * once and a 429 after a short delay.
 */

import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { countTokens } from "../../../../src/emulator/tokens.js";
import { batchesOf } from "./batches.js";
import type { Circumstances, BenchmarkClient } from "./benchmark-client.js";

/** Delay of a request after the limit allows it, because timers round and requests overtake each other. */
const MARGIN_MS = 10;

/** Delay of a retry after a 429, and of all later requests. */
const RETRY_DELAY_MS = 10;

export const benchmarkClient: BenchmarkClient = {
  list: (circumstances) => async (texts) => {
    const { batchSize, concurrency } = circumstances.hint;
    const baseline = new Baseline(circumstances);
    const limit = pLimit(concurrency);
    return (await limit.map([...batchesOf(texts, batchSize)], (batch) => baseline.send(batch))).flat();
  },
  stream: (circumstances) => async (texts, take) => {
    const { batchSize, concurrency } = circumstances.hint;
    const baseline = new Baseline(circumstances);
    const pending: Promise<Float32Array[]>[] = [];
    for (const batch of batchesOf(texts, batchSize)) {
      if (pending.length === concurrency) (await pending.shift())?.forEach(take);
      pending.push(baseline.send(batch));
    }
    for (const vectors of pending) (await vectors).forEach(take);
  },
};

class Baseline {
  readonly #circumstances: Circumstances;
  /** The start of the schedule. The times of all requests are relative to it. */
  #scheduleStart = 0;
  #spent = 0;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
  }

  async send(batch: string[]): Promise<Float32Array[]> {
    await this.#waitForLimit(batch);
    let response = await this.#post(batch);
    while (response.status === 503 || response.status === 429) {
      await response.arrayBuffer();
      if (response.status === 429) await this.#delay();
      response = await this.#post(batch);
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { data } = (await response.json()) as { data: { embedding: string }[] };
    return data.map(({ embedding }) => decoded(embedding));
  }

  /** Waits until the limit in the hint accepts the batch. */
  async #waitForLimit(batch: readonly string[]): Promise<void> {
    const { rate } = this.#circumstances.hint;
    if (!rate) return;
    this.#scheduleStart ||= performance.now();
    this.#spent += rate.of === "requests" ? 1 : batch.reduce((sum, text) => sum + countTokens(text), 0);
    const seconds = Math.max(0, this.#spent - rate.atOnce) / rate.perSecond;
    if (seconds === 0) return;
    const left = (): number => this.#scheduleStart + 1000 * seconds + MARGIN_MS - performance.now();
    // Computed again after each wait, because a 429 of another request may have moved the start.
    while (left() > 0) await sleep(Math.max(1, left()));
  }

  async #delay(): Promise<void> {
    this.#scheduleStart += RETRY_DELAY_MS;
    await sleep(RETRY_DELAY_MS);
  }

  #post(input: string[]): Promise<Response> {
    const { baseURL, apiKey, model } = this.#circumstances;
    return fetch(`${baseURL}/embeddings`, {
      method: "POST",
      headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, input, encoding_format: "base64" }),
    });
  }
}

function decoded(embedding: string): Float32Array {
  const bytes = Buffer.from(embedding, "base64");
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
