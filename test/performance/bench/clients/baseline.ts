/**
 * As little as it takes: `fetch`, base64, no check, and configured in advance for this server. It tries a
 * request again soon after a refusal, and nothing else.
 */

import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { countTokens } from "../../../../src/emulator/tokens.js";
import { batchesOf } from "./batches.js";
import type { Circumstances, BenchmarkClient } from "./benchmark-client.js";

/** How much later a request leaves than the limit allows, because timers round and requests overtake one another. */
const MARGIN_MS = 10;

/** Until a request that came too early is sent again, and how much later all that follow leave. */
const LATER_MS = 10;

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
    for (const answer of pending) (await answer).forEach(take);
  },
};

class Baseline {
  readonly #circumstances: Circumstances;
  /** When the first request could leave, and all that follow in relation to it. */
  #from = 0;
  #spent = 0;

  constructor(circumstances: Circumstances) {
    this.#circumstances = circumstances;
  }

  async send(batch: string[]): Promise<Float32Array[]> {
    await this.#turn(batch);
    let response = await this.#ask(batch);
    while (response.status === 503 || response.status === 429) {
      await response.arrayBuffer();
      if (response.status === 429) await this.#later();
      response = await this.#ask(batch);
    }
    if (!response.ok) throw new Error(`status ${response.status}`);
    const { data } = (await response.json()) as { data: { embedding: string }[] };
    return data.map(({ embedding }) => decoded(embedding));
  }

  /** Waits until the limit in its hint accepts the batch. */
  async #turn(batch: readonly string[]): Promise<void> {
    const { rate } = this.#circumstances.hint;
    if (!rate) return;
    this.#from ||= performance.now();
    this.#spent += rate.of === "requests" ? 1 : batch.reduce((sum, text) => sum + countTokens(text), 0);
    const seconds = Math.max(0, this.#spent - rate.atOnce) / rate.perSecond;
    if (seconds === 0) return;
    const left = (): number => this.#from + 1000 * seconds + MARGIN_MS - performance.now();
    // Anew after each wait, because a refusal of another request may have moved the start.
    while (left() > 0) await sleep(Math.max(1, left()));
  }

  async #later(): Promise<void> {
    this.#from += LATER_MS;
    await sleep(LATER_MS);
  }

  #ask(input: string[]): Promise<Response> {
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
