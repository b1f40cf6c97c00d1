import { describe, expect, it } from "vitest";
import {
  bench,
  EMBEDDING,
  KEY,
  only,
  plain,
  RERANK,
  scoreOf,
  texts,
  vectorOf,
} from "../../support/emulate.js";
import type { Bench } from "../../support/emulate.js";
import { drivers, type Driver } from "./drivers/index.js";

const CALLS = 50;

const failingListener = (): never => {
  throw new Error("a mistake in logging");
};

function made(driver: Driver, { emulator, events }: Bench, own: object = {}) {
  const shared = {
    apiKey: KEY,
    fetch: emulator.fetch,
    onEvent: (event: (typeof events)[number]) => events.push(event),
    ...own,
  };
  return {
    embeddings: driver.embeddings({ model: EMBEDDING, ...shared }),
    reranker: driver.reranker({ model: RERANK, ...shared }),
  };
}

function wrapped(driver: Driver, list: readonly string[]): object[] {
  return list.map((text, index) => driver.wrap({ id: `${index}`, text, metadata: {} }));
}

describe.each(drivers)("traffic in $framework", (driver) => {
  it("returns each of 50 concurrent calls its own vectors", async () => {
    const server = bench({ latency: ({ number }) => number % 7, faults: () => "shuffled" });
    const { embeddings } = made(driver, server, { batchSize: 3 });
    const lists = Array.from({ length: CALLS }, (_, call) => texts(1 + (call % 8), `text of ${call}`));
    const vectors = await Promise.all(lists.map((list) => embeddings.documents(list)));
    expect(vectors.map(plain)).toEqual(lists.map((list) => list.map(vectorOf)));
  });

  it("returns each of 50 concurrent queries its own vector", async () => {
    const { embeddings } = made(driver, bench({ latency: ({ number }) => number % 7 }));
    const queries = texts(CALLS, "query");
    const vectors = await Promise.all(queries.map((query) => embeddings.query(query)));
    expect(plain(vectors)).toEqual(queries.map(vectorOf));
  });

  it("returns each of 50 concurrent rankings its own scores", async () => {
    const server = bench({ latency: ({ number }) => number % 7, faults: () => "shuffled" });
    const { reranker } = made(driver, server);
    const lists = Array.from({ length: CALLS }, (_, call) => [`${call}`, `${call + 0.5}`, `${call - 0.5}`]);
    const ranked = await Promise.all(lists.map((list) => reranker.rerank("query", wrapped(driver, list))));
    const found = ranked.map((items) => items.map((item) => driver.unwrap(item).score));
    expect(found).toEqual(lists.map((list) => list.map(scoreOf).toSorted((left, right) => right - left)));
  });

  it("sends at most `maxConcurrency` requests at once over all calls", async () => {
    const server = bench({ latency: 2 });
    const { embeddings } = made(driver, server, { batchSize: 1, maxConcurrency: 4 });
    await Promise.all(texts(10).map((text) => embeddings.documents(texts(4, text))));
    const most = Math.max(...only(server.events, "request").map(({ inFlight }) => inFlight));
    expect(most).toBe(4);
  });

  it("delays all calls after a 429, and completes them", async () => {
    const headers = { "retry-after-ms": "5" };
    const server = bench({
      faults: [
        { status: 429, headers },
        { status: 429, headers },
      ],
    });
    const { embeddings } = made(driver, server, { batchSize: 2, maxRetries: 0 });
    expect(plain(await embeddings.documents(texts(9)))).toEqual(texts(9).map(vectorOf));
    expect(only(server.events, "rate-limited").length).toBeGreaterThan(0);
  });

  it("reports every request and its usage", async () => {
    const server = bench();
    const { embeddings, reranker } = made(driver, server, { batchSize: 2 });
    await embeddings.documents(texts(5));
    await embeddings.query("a question");
    await reranker.rerank("a question", wrapped(driver, ["1", "2"]));

    const { requests, tokens } = server.emulator.totals;
    expect(only(server.events, "request")).toHaveLength(requests);
    const responses = only(server.events, "response");
    expect(responses.map(({ operation, texts: sent }) => [operation, sent])).toEqual([
      ["embed", 2],
      ["embed", 2],
      ["embed", 1],
      ["embed", 1],
      ["rerank", 2],
    ]);
    expect(new Set(responses.map(({ model }) => model))).toEqual(new Set([EMBEDDING, RERANK]));
    expect(responses.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0)).toBe(tokens);
  });

  it("reports a retry and its reason", async () => {
    const server = bench({ faults: [{ status: 503, headers: { "retry-after-ms": "1" } }] });
    await made(driver, server).embeddings.query("a question");
    expect(only(server.events, "retry")).toMatchObject([
      { operation: "embed", model: EMBEDDING, code: "server_error", status: 503, delayMs: 1 },
    ]);
  });

  it("puts no text and no key into any event", async () => {
    const server = bench({ faults: ["reset"] });
    const { embeddings, reranker } = made(driver, server);
    await embeddings.documents(["a secret text \ud83d"]);
    await reranker.rerank("a secret question", wrapped(driver, ["1 secret", ""]));
    expect(server.events.length).toBeGreaterThan(5);
    expect(JSON.stringify(server.events)).not.toMatch(new RegExp(`secret|${KEY}`));
  });

  it("ignores an error that a listener throws", async () => {
    const server = bench();
    const { embeddings } = made(driver, server, { onEvent: failingListener });
    expect(plain(await embeddings.documents(texts(2)))).toEqual(texts(2).map(vectorOf));
  });
});
