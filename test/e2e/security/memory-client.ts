/** Calls a hostile server in a process of its own, and prints by how much the process has grown: `{ code, growthMB }`. */

import Together from "together-ai";
import { Embedder, isTogetherError, Reranker } from "../../../src/index.js";
import { probe } from "../../../src/probe/probe.js";

const [way = "", good = "", hostile = "", seconds = ""] = process.argv.slice(2);
const model = "me/model";
const apiKey = "key";
/** The defaults, except that failures end soon: what is retried has the same size as before. */
const patience = { maxRetries: 1, retryDeadline: 500, timeout: Number(seconds) * 1000 };
const texts = Array.from({ length: 10_000 }, (_, index) => `text ${index}`);

const ways: Readonly<Record<string, (baseURL: string) => Promise<unknown>>> = {
  base64: (baseURL) => new Embedder({ model, apiKey, baseURL, ...patience }).embed(texts),
  // 64 KB per vector, which the caller receives, are not the client's.
  "4,000 texts": (baseURL) =>
    new Embedder({ model, apiKey, baseURL, ...patience }).embed(texts.slice(0, 4000)),
  float: (baseURL) =>
    new Embedder({ model, apiKey, baseURL, encodingFormat: "float", ...patience }).embed(texts),
  client: (baseURL) => {
    const client = new Together({ apiKey, baseURL, logLevel: "off" });
    return new Embedder({ model, client, ...patience }).embed(texts);
  },
  rerank: (baseURL) => new Reranker({ model, apiKey, baseURL, ...patience }).rerank("query", texts),
  probe: (baseURL) => {
    // The first request goes through the package itself; the others are the probe's own.
    let requests = 0;
    const fetch: typeof globalThis.fetch = (input, init) => {
      requests += 1;
      const address = String(input instanceof Request ? input.url : input);
      return globalThis.fetch(requests === 1 ? address.replace(baseURL, good) : address, init);
    };
    return probe({ model, apiKey, baseURL, fetch, maxInputTokens: 8 });
  },
};

/** The largest size of the process so far, in megabytes. */
function peak(): number {
  return process.resourceUsage().maxRSS / 1024;
}

const call = ways[way] as (baseURL: string) => Promise<unknown>;
// What a first call loads and compiles is not the server's doing. Of another model, so that nothing is known of this one.
await new Embedder({ model: "me/other", apiKey, baseURL: good }).embed(texts.slice(0, 1000));
const before = peak();
const code = await call(hostile).then(
  () => "ok",
  (error: unknown) => (isTogetherError(error) ? error.code : String(error)),
);
console.log(JSON.stringify({ code, growthMB: Math.round(peak() - before) }));
process.exit();
