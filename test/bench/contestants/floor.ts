/**
 * As little as it takes: `fetch`, base64, no check, and told in advance how this server is asked best. It tries a
 * request again soon after a refusal, and nothing else.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { countTokens } from "../../../src/emulator/tokens.js";
import { batchesOf } from "./batches.js";
import type { Circumstances, Contestant, Told } from "./contestant.js";

/** Timers round, and requests overtake one another on their way. */
const MARGIN_MS = 5;

/** Until a request that came a moment too early is sent again. */
const AGAIN_MS = 10;

export const contestant: Contestant = {
  list: (circumstances) => async (texts) => {
    const { told } = circumstances;
    const batches = [...batchesOf(texts, told.batchSize)];
    const answers: Float32Array[][] = Array.from({ length: batches.length });
    const pace = paceOf(told);
    let next = 0;
    const work = async (): Promise<void> => {
      while (next < batches.length) {
        const place = next++;
        const batch = batches[place] as string[];
        await pace(batch);
        answers[place] = await ask(batch, circumstances);
      }
    };
    await Promise.all(Array.from({ length: told.concurrency }, work));
    return answers.flat();
  },
  stream: (circumstances) => async (texts, take) => {
    for (const batch of batchesOf(texts, circumstances.told.batchSize)) {
      for (const vector of await ask(batch, circumstances)) take(vector);
    }
  },
};

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
