import { SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "together-retrieval/emulator";
import { Embedder, Reranker } from "together-retrieval";
import { record, type Point, type Recording } from "./sdk.js";

const [EMBEDDING, RERANK] = ["thenlper/gte-large", "Salesforce/Llama-Rank-V1"];
let recording: Recording;

beforeEach(() => {
  recording = record();
});
afterEach(() => recording.stop());

function embedderOn(options: EmulatorOptions, own = {}): Embedder {
  const { fetch } = createEmulator(options);
  return new Embedder({
    model: EMBEDDING,
    apiKey: "any",
    fetch,
    onEvent: recording.telemetry.onEvent,
    ...own,
  });
}

function spanNamed(name: string): ReadableSpan {
  const [span, ...others] = recording.spans().filter((one) => one.name === name);
  expect(others).toEqual([]);
  return span as ReadableSpan;
}

const childrenOf = (parent: ReadableSpan): ReadableSpan[] =>
  recording
    .spans()
    .filter(({ parentSpanContext }) => parentSpanContext?.spanId === parent.spanContext().spanId);

/** Returns the sum of a metric's points with these attributes. */
function sum(
  points: readonly Point[],
  metric: string,
  wanted: Readonly<Record<string, unknown>> = {},
): number {
  return points
    .filter((point) => point.metric === metric)
    .filter(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value))
    .reduce((total, { value }) => total + value, 0);
}

it("records a call as a span by the GenAI conventions, with its tokens and one child span per request", async () => {
  const embedder = embedderOn({}, { batchSize: 2 });
  const { usage } = await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a", "b", "c"]));
  const call = spanNamed(`embeddings ${EMBEDDING}`);
  expect(call.attributes).toEqual({
    "gen_ai.operation.name": "embeddings",
    "gen_ai.provider.name": "together_ai",
    "gen_ai.request.model": EMBEDDING,
    "gen_ai.usage.input_tokens": usage.promptTokens,
  });
  expect(usage.promptTokens).toBeGreaterThan(0);
  const texts = childrenOf(call).map(({ attributes }) => attributes["together.request.texts"]);
  expect(texts.toSorted((left, right) => Number(left) - Number(right))).toEqual([1, 2]);
  expect(childrenOf(call).every(({ status }) => status.code === SpanStatusCode.UNSET)).toBe(true);
});

it("keeps requests and tokens of two concurrent calls on the same object apart", async () => {
  const embedder = embedderOn({ latency: 5 }, { batchSize: 1 });
  const [one, many] = [["a"], ["b", "c", "d"]];
  await Promise.all(
    [one, many].map((texts) => recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(texts))),
  );
  const calls = recording.spans().filter(({ parentSpanContext }) => !parentSpanContext);
  expect(calls.map((call) => childrenOf(call).length).toSorted((left, right) => left - right)).toEqual([
    1, 3,
  ]);
});

it("records 429s, retries and delays as spans with their reason, and as metrics", async () => {
  const embedder = embedderOn({
    faults: ["reset", { status: 429, headers: { "x-ratelimit-reset": "0.01" } }],
  });
  await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a"]));
  const call = spanNamed(`embeddings ${EMBEDDING}`);
  expect(childrenOf(call).map(({ attributes }) => attributes["error.type"])).toEqual([
    "connection_failed",
    "rate_limited",
    undefined,
  ]);
  expect(childrenOf(call).map(({ attributes }) => attributes["http.request.resend_count"])).toEqual([
    0, 1, 2,
  ]);
  expect(call.status.code).toBe(SpanStatusCode.UNSET);
  const points = await recording.points();
  const requests = (outcome: string): number => sum(points, "together.client.requests", { outcome });
  expect(["succeeded", "retried", "rate_limited", "failed"].map(requests)).toEqual([1, 1, 1, 0]);
  expect(sum(points, "together.client.wait", { reason: "requests" })).toBeGreaterThanOrEqual(0.01);
  expect(sum(points, "together.client.texts")).toBe(1);
});

it("records an outage as events of the call's span, and as metrics", async () => {
  const embedder = embedderOn({ outages: [{ from: 0, to: 600 }] }, { batchSize: 1 });
  const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
  await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(texts));
  const call = spanNamed(`embeddings ${EMBEDDING}`);
  expect(call.status.code).toBe(SpanStatusCode.UNSET);
  expect(call.events.map(({ name, attributes }) => [name, attributes?.["together.outage.phase"]])).toEqual([
    ["outage", "begin"],
    ["outage", "end"],
  ]);
  const points = await recording.points();
  expect(points.filter(({ metric }) => metric === "together.client.outages")).toHaveLength(1);
  expect(sum(points, "together.client.outages")).toBe(0);
  expect(sum(points, "together.client.outage.duration")).toBeGreaterThan(0.2);
  expect(sum(points, "together.client.requests", { outcome: "succeeded" })).toBe(20);
});

it("counts an outage that has not ended", async () => {
  const embedder = embedderOn({ outages: [{ from: 0, to: Infinity }] }, { retryDeadline: 500 });
  await expect(recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a"]))).rejects.toThrow(
    "503",
  );
  expect(spanNamed(`embeddings ${EMBEDDING}`).attributes["error.type"]).toBe("server_error");
  const points = await recording.points();
  expect(sum(points, "together.client.outages")).toBe(1);
  expect(sum(points, "together.client.outage.duration")).toBe(0);
});

it("records a failed call as an error with its code, and leaves no span open", async () => {
  const embedder = embedderOn({ faults: () => ({ status: 401 }) });
  await expect(recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a"]))).rejects.toThrow(
    "401",
  );
  const call = spanNamed(`embeddings ${EMBEDDING}`);
  expect(call.attributes["error.type"]).toBe("unauthorized");
  expect(call.status).toEqual({ code: SpanStatusCode.ERROR, message: "unauthorized" });
  expect(spanNamed("request").attributes).toMatchObject({
    "error.type": "unauthorized",
    "http.response.status_code": 401,
  });
  const points = await recording.points();
  expect(sum(points, "together.client.requests", { outcome: "failed" })).toBe(1);
});

it("ends the spans of an aborted call and of its requests", async () => {
  const embedder = embedderOn({ latency: 3_600_000 });
  const options = { signal: AbortSignal.timeout(30) };
  await expect(
    recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a"], options)),
  ).rejects.toThrow("timeout");
  expect(spanNamed(`embeddings ${EMBEDDING}`).attributes["error.type"]).toBe("TimeoutError");
  expect(spanNamed("request").attributes["error.type"]).toBe("aborted");
});

it("counts cache hits and misses, and measures tokens and durations", async () => {
  const entries = new Map<string, Uint8Array>();
  const cache = {
    mget: async (keys: string[]) => keys.map((key) => entries.get(key)),
    mset: async (pairs: [string, Uint8Array][]) => pairs.forEach(([key, value]) => entries.set(key, value)),
  };
  const embedder = embedderOn({}, { cache });
  await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a", "b"]));
  await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a", "b", "c"]));
  const points = await recording.points();
  expect(sum(points, "together.client.cache.lookups", { hit: true })).toBe(2);
  expect(sum(points, "together.client.cache.lookups", { hit: false })).toBe(3);
  const tokens = recording
    .spans()
    .reduce((total, { attributes }) => total + Number(attributes["gen_ai.usage.input_tokens"] ?? 0), 0);
  expect(sum(points, "gen_ai.client.token.usage", { "gen_ai.token.type": "input" })).toBe(tokens);
  expect(sum(points, "gen_ai.client.operation.duration")).toBeGreaterThan(0);
});

it("records a ranking as a span, and the documents that were left out as an event", async () => {
  const { fetch } = createEmulator();
  const reranker = new Reranker({
    model: RERANK,
    apiKey: "any",
    fetch,
    onEvent: recording.telemetry.onEvent,
  });
  await recording.telemetry.call("rerank", RERANK, () =>
    reranker.rerank("query", ["a", " "], (text) => text),
  );
  const call = spanNamed(`rerank ${RERANK}`);
  expect(call.attributes["gen_ai.operation.name"]).toBe("rerank");
  expect(call.events.map(({ name }) => name)).toEqual(["document-skipped"]);
  expect(childrenOf(call)).toHaveLength(1);
});

it("writes no text and no key to spans and metrics", async () => {
  const embedder = embedderOn({}, { apiKey: "secret-key" });
  await recording.telemetry.call("embed", EMBEDDING, () => embedder.embed(["a very private text"]));
  const all = recording
    .spans()
    .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
  const seen = JSON.stringify([all, await recording.points()]);
  expect(seen).toContain(EMBEDDING);
  expect(seen).not.toMatch(/private|secret-key/);
});
