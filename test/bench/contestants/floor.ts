/**
 * As little as it takes: `fetch`, base64, no check, and told in advance how this server is asked best. It tries a
 * request again soon after a refusal, and nothing else.
 */

import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { countTokens } from "../../../src/emulator/tokens.js";
import { batchesOf } from "./batches.js";
import type { Circumstances, Contestant, Told } from "./contestant.js";

/** Timers round, the first request is slower than those after it, and requests overtake one another on their way. */
const MARGIN_MS = 30;

/** Until a request that came a moment too early is sent again. */
const AGAIN_MS = 10;

export const contestant: Contestant = {
  list: (circumstances) => async (texts) => {
    const { batchSize, concurrency } = circumstances.told;
    const send = sender(circumstances);
    return (await pLimit(concurrency).map([...batchesOf(texts, batchSize)], send)).flat();
  },
  stream: (circumstances) => async (texts, take) => {
    const { batchSize, concurrency } = circumstances.told;
    const send = sender(circumstances);
    const pending: Promise<Float32Array[]>[] = [];
    for (const batch of batchesOf(texts, batchSize)) {
      if (pending.length === concurrency) (await pending.shift())?.forEach(take);
      pending.push(send(batch));
    }
    for (const answer of pending) (await answer).forEach(take);
  },
};

/** Sends each batch when the limit allows it. */
function sender(circumstances: Circumstances): (batch: string[]) => Promise<Float32Array[]> {
  const pace = paceOf(circumstances.told);
  return async (batch) => {
    await pace(batch);
    return ask(batch, circumstances);
  };
}

async function ask(input: string[], circumstances: Circumstances): Promise<Float32Array[]> {
  const { baseURL, apiKey, model } = circumstances;
  const response = await fetch(`${baseURL}/embeddings`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ model, input, encoding_format: "base64" }),
  });
  if (response.status === 503 || response.status === 429) {
    await response.arrayBuffer();
    await sleep(response.status === 429 ? AGAIN_MS : 0);
    return ask(input, circumstances);
  }
  if (!response.ok) throw new Error(`status ${response.status}`);
  const { data } = (await response.json()) as { data: { embedding: string }[] };
  return data.map(({ embedding }) => {
    const bytes = Buffer.from(embedding, "base64");
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  });
}

/** Lets requests go as the limit allows. */
function paceOf({ rate }: Told): (batch: readonly string[]) => Promise<void> {
  if (!rate) return async () => {};
  let from = 0;
  let spent = 0;
  return async (batch) => {
    from ||= performance.now();
    const cost = rate.of === "requests" ? 1 : batch.reduce((sum, text) => sum + countTokens(text), 0);
    const seconds =
      rate.kind === "window"
        ? Math.floor(spent / rate.atOnce)
        : Math.max(0, spent + cost - rate.atOnce) / rate.perSecond;
    spent += cost;
    if (seconds > 0) await sleep(from + 1000 * seconds + MARGIN_MS - performance.now());
  };
}
