import nock from "nock";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

export const ORIGIN = "https://api.together.ai";

/** Intercepts the real `fetch` with nock for a file. No request reaches the network. */
export function useNock(): void {
  beforeAll(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => {
    const open = nock.pendingMocks();
    nock.cleanAll();
    expect(open).toEqual([]);
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}

let keys = 0;

/** Returns a new key. Clients with the same key share a rate limiter, so every test has its own key. */
export function freshKey(): string {
  return `key-${(keys += 1)}-of-the-wire`;
}

/** Returns Together's response: one vector per text, `[index, 1]`. */
export function embeddingsBody(texts: number): object {
  const data = Array.from({ length: texts }, (_, index) => ({
    object: "embedding",
    index,
    embedding: [index, 1],
  }));
  return { object: "list", model: "m", data, usage: { prompt_tokens: texts, total_tokens: texts } };
}
