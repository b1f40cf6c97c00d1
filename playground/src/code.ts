import { LATENCY_MS, MODEL, OUTAGE, REQUESTS, type Settings } from "./race.js";
import { EMBEDDING_MODEL, MIN_SCORE, RERANK_MODEL } from "./search.js";

/** Returns TypeScript code of the page's search. It runs without changes and without a key. */
export function searchCode(question: string, texts: readonly string[]): string {
  return `import { Embedder, Reranker } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";

// The emulator needs no key. For your endpoint: { apiKey, baseURL: "https://api-inference.together.ai/v1" }
const together = { apiKey: "any", fetch: createEmulator().fetch };
const embedder = new Embedder({ ...together, model: "${EMBEDDING_MODEL}", normalize: true });
const reranker = new Reranker({ ...together, model: "${RERANK_MODEL}", minScore: ${MIN_SCORE} });

const question = ${JSON.stringify(question)};
const texts = [
${texts.map((text) => `  ${JSON.stringify(text)},\n`).join("")}];

const { vector } = await embedder.embedQuery(question);
const { vectors } = await embedder.embed(texts);
const similarityTo = (other: Float32Array) => other.reduce((sum, value, at) => sum + value * vector[at]!, 0);
const candidates = texts
  .map((text, at) => ({ text, similarity: similarityTo(vectors[at]!) }))
  .sort((one, other) => other.similarity - one.similarity);

const ranked = await reranker.rerank(question, candidates, ({ text }) => text);
for (const { item, score } of ranked) console.log(score?.toFixed(3), item.text);
if (ranked.length === 0) console.log("No passage answers this question.");
`;
}

/** Returns TypeScript code of the page's run, without the plain client. */
export function limitCode({ requestsPerSecond, faulty, outage }: Settings): string {
  const faults =
    faulty > 0 ? `\n  faults: () => (Math.random() < ${faulty} ? { status: 503 } : undefined),` : "";
  const outages = outage ? `\n  outages: [{ from: ${OUTAGE.from}, to: ${OUTAGE.to} }], // milliseconds` : "";
  return `import { Embedder } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";

const emulator = createEmulator({
  latency: ${LATENCY_MS},
  limits: { requestsPerSecond: ${requestsPerSecond}, reset: "exact" },${faults}${outages}
});
const start = Date.now();
const embedder = new Embedder({
  model: "${MODEL}",
  apiKey: "any",
  fetch: emulator.fetch,
  batchSize: 1, // one text per request, so that the job needs ${REQUESTS} requests
  onEvent(event) {
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    if (event.type === "rate-limited") console.log(seconds, event.type, event.ratePerSecond.toFixed(1));
    if (event.type === "outage") console.log(seconds, event.type, event.phase);
  },
});
const texts = Array.from({ length: ${REQUESTS} }, (_, at) => \`text \${at}\`);
const { vectors } = await embedder.embed(texts);
console.log(vectors.length, "vectors,", emulator.totals.requests, "requests");
`;
}
