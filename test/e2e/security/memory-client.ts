/** Calls a hostile server in its own process. It prints the growth of the process as JSON: `{ code, growthMB }`. */

import Together from "together-ai";
import { Embedder, isTogetherError, Reranker } from "../../../src/index.js";
import { probe } from "../../../src/probe/probe.js";

const [way = "", good = "", hostile = "", seconds = ""] = process.argv.slice(2);
const model = "me/model";
const apiKey = "key";
/** Fewer and shorter retries than the defaults, because a retry receives a response of the same size. */
const retryLimits = { maxRetries: 1, retryDeadline: 500, timeout: Number(seconds) * 1000 };
const texts = Array.from({ length: 10_000 }, (_, index) => `text ${index}`);

const ways: Readonly<Record<string, (baseURL: string) => Promise<unknown>>> = {
  base64: (baseURL) => new Embedder({ model, apiKey, baseURL, ...retryLimits }).embed(texts),
  // The caller receives these vectors, of 64 KB each. They do not count as memory of the client.
  "4,000 texts": (baseURL) =>
    new Embedder({ model, apiKey, baseURL, ...retryLimits }).embed(texts.slice(0, 4000)),
  float: (baseURL) =>
    new Embedder({ model, apiKey, baseURL, encodingFormat: "float", ...retryLimits }).embed(texts),
  client: (baseURL) => {
    const client = new Together({ apiKey, baseURL, logLevel: "off" });
    return new Embedder({ model, client, ...retryLimits }).embed(texts);
  },
  rerank: (baseURL) => new Reranker({ model, apiKey, baseURL, ...retryLimits }).rerank("query", texts),
  probe: (baseURL) => {
    // The package sends the first request, which goes to the good server. The probe sends the others.
    let requests = 0;
    const fetch: typeof globalThis.fetch = (input, init) => {
      requests += 1;
      const address = String(input instanceof Request ? input.url : input);
      return globalThis.fetch(requests === 1 ? address.replace(baseURL, good) : address, init);
    };
    return probe({ model, apiKey, baseURL, fetch, maxInputTokens: 8 });
  },
};

/** Returns the highest size of the process so far, in megabytes. */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

const call = ways[way] as (baseURL: string) => Promise<unknown>;
// This call loads and compiles the code before the measurement. Its model differs, so that nothing is known about ours.
await new Embedder({ model: "me/other", apiKey, baseURL: good }).embed(texts.slice(0, 1000));
const before = peak();
const code = await call(hostile).then(
  () => "ok",
  (error: unknown) => (isTogetherError(error) ? error.code : String(error)),
);
console.log(JSON.stringify({ code, growthMB: Math.round(peak() - before) }));
process.exit();
