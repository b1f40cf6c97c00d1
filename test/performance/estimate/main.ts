/**
 * Compares estimates with the requests that are then sent, and with the counts of real tokenizers.
 *
 *     npx tsx test/performance/estimate/main.ts
 *
 * The exit code is 1 if a number of requests or texts differs, or if the error of the tokens is larger than the doc
 * comment of `EmbeddingEstimate` states.
 */

import { createEmulator } from "../../../src/emulator/index.js";
import { Embedder, type EmbeddingEstimate } from "../../../src/index.js";
import { readCorpora, type Corpus } from "./corpora.js";
import { countBert, countMistral, type CountTokens } from "./tokenizers.js";

const model = "me/embedding";

/** The requests that an emulator received during a call. */
interface Sent {
  readonly requests: number;
  readonly texts: readonly string[];
}

function createEmbedder(countTokens?: CountTokens): { embedder: Embedder; takeSent: () => Sent } {
  const emulator = createEmulator({
    models: { [model]: { type: "embedding", dimensions: 4 } },
    embed: (texts) => texts.map(() => [1, 2, 3, 4]),
  });
  const takeSent = (): Sent => {
    const inputs = emulator.requests.map(({ body }) => (body as { input: string[] }).input);
    emulator.clear();
    return { requests: inputs.length, texts: inputs.flat() };
  };
  return { embedder: new Embedder({ model, apiKey: "any", fetch: emulator.fetch, countTokens }), takeSent };
}

function sum(texts: readonly string[], count: CountTokens): number {
  return texts.reduce((total, text) => total + count(text), 0);
}

/** Fails if the estimate differs from the sent requests. Tokens are compared only if they were counted. */
function compare(name: string, plan: EmbeddingEstimate, sent: Sent): void {
  const estimated = [plan.requests, plan.uniqueTexts - plan.cached, plan.tokens];
  const tokens = plan.tokensAreEstimated ? plan.tokens : sum(sent.texts, countBert);
  const actual = [sent.requests, sent.texts.length, tokens];
  if (estimated.join() !== actual.join())
    fail(`${name}: estimated ${estimated.join()}, sent ${actual.join()}`);
}

/** Estimates a corpus and embeds it, as a list and as a stream. Returns the requests of both. */
async function checkRequests({ name, texts }: Corpus, countTokens?: CountTokens): Promise<[number, number]> {
  const { embedder, takeSent } = createEmbedder(countTokens);
  const list = await embedder.estimate(texts);
  const stream = await embedder.estimateStream(texts);
  await embedder.embed(texts);
  compare(`${name}, embed()`, list, takeSent());
  for await (const _ of embedder.embedStream(texts));
  compare(`${name}, embedStream()`, stream, takeSent());
  return [list.requests, stream.requests];
}

function fail(problem: string): void {
  console.error(problem);
  process.exitCode = 1;
}

/** Returns the estimated tokens divided by the counted ones. */
function ratioOf({ name, texts, from, to }: Corpus, estimated: number, count: CountTokens): string {
  const ratio = estimated / sum([...new Set(texts)], count);
  if (ratio < from || ratio > to)
    fail(`${name}: estimate ÷ count is ${ratio.toFixed(2)}, not ${from} to ${to}`);
  return ratio.toFixed(2);
}

const rows: Record<string, object> = {};
for (const corpus of readCorpora()) {
  await checkRequests(corpus, countBert);
  const [list, stream] = await checkRequests(corpus);
  const { texts, tokens } = await createEmbedder().embedder.estimate(corpus.texts);
  rows[corpus.name] = {
    texts,
    "estimated tokens": tokens,
    "÷ BERT": ratioOf(corpus, tokens, countBert),
    "÷ Mistral": ratioOf(corpus, tokens, countMistral),
    "requests of embed": list,
    "requests of embedStream": stream,
  };
}
console.table(rows);
if (process.exitCode === undefined)
  console.log("Requests, texts and counted tokens are equal to those that were sent.");
