import { describe, expect, it, vi } from "vitest";
import type { Fault } from "../../../../src/emulator/index.js";
import type { TogetherEvent } from "../../../../src/index.js";
import { bench, only, rejection, texts } from "../../../support/emulate.js";
import { pass, useVirtualTime } from "../../../support/time.js";

/** Returns the types of the events that follow each request, in the order of the requests' numbers. */
function ends(events: readonly TogetherEvent[]): string[][] {
  return only(events, "request").map(({ request }) =>
    events
      .filter((event) => event.type !== "request" && "request" in event && event.request === request)
      .map(({ type }) => type),
  );
}

it.each<[string, Fault, string, number | undefined]>([
  ["a status that is not retryable", { status: 401 }, "unauthorized", 401],
  ["an invalid response", "missing-item", "invalid_response", undefined],
])("emits one request-error after %s", async (_, fault, code, status) => {
  const { events, embedder } = bench({ faults: [fault] });
  await rejection(embedder().embed(texts(2)));
  expect(only(events, "request-error")).toEqual([
    { type: "request-error", operation: "embed", model: "me/embedding", request: 1, code, status },
  ]);
  expect(ends(events)).toEqual([["request-error"]]);
});

it("emits a request-error after the last retry, and a retry event for each earlier one", async () => {
  const { events, reranker } = bench({ faults: () => ({ status: 500 }) });
  await rejection(reranker({ maxRetries: 1 }).rerank("query", texts(2), (text) => text));
  expect(ends(events)).toEqual([["retry"], ["request-error"]]);
});

it("emits a request-error for a request that is split, and responses for its halves", async () => {
  const { events, embedder } = bench({ maxBatchTexts: 2 });
  await embedder().embed(texts(4));
  expect(ends(events).flat().toSorted()).toEqual(["request-error", "response", "response"]);
});

it("emits a request-error with code aborted for every request in flight at an abort", async () => {
  const { emulator, events, embedder } = bench({ latency: 3_600_000 });
  const controller = new AbortController();
  const outcome = rejection(embedder({ batchSize: 1 }).embed(texts(2), { signal: controller.signal }));
  await vi.waitFor(() => expect(emulator.inFlight).toBe(2), { interval: 1 });
  controller.abort(new Error("enough"));
  await outcome;
  await vi.waitFor(() => expect(ends(events)).toEqual([["request-error"], ["request-error"]]), {
    interval: 1,
  });
  expect(only(events, "request-error").map(({ code }) => code)).toEqual(["aborted", "aborted"]);
});

it("emits one final event per request, in any mix of failures", async () => {
  const faults: Fault[] = ["ok", "reset", { status: 503 }, { status: 429 }, "ok", "cut"];
  const { events, embedder } = bench({ faults });
  await embedder({ batchSize: 1 }).embed(texts(8));
  expect(ends(events).every((list) => list.length === 1)).toBe(true);
  expect(ends(events).flat()).toContain("rate-limited");
  expect(
    ends(events)
      .flat()
      .filter((type) => type === "response"),
  ).toHaveLength(8);
});

describe("model that responds with nothing but 429", () => {
  useVirtualTime();

  it("emits one event per request, and has none in flight when its callers fail", async () => {
    const { events, embedder } = bench({
      faults: () => ({ status: 429, headers: { "x-ratelimit-reset": "30" } }),
    });
    const call = rejection(embedder().embed(texts(2)));
    await pass(200_000, 200);
    expect(await call).toMatchObject({ code: "rate_limited" });
    const all = ends(events);
    expect(all).toEqual(Array.from({ length: all.length }, () => ["rate-limited"]));
    expect(all.length).toBeGreaterThan(2);
  });
});
