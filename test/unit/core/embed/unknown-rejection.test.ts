import { describe, expect, it } from "vitest";
import type { EmulatorRequest, Fault } from "../../../../src/emulator/index.js";
import {
  bench,
  only,
  plain,
  rejection,
  scoreOf,
  texts,
  vectorOf,
  type Bench,
} from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";

const UNKNOWN = "The request cannot be served";

/** Rejects requests with more texts than `most`. */
function moreThan(most: number, fault: Fault = { status: 400, message: UNKNOWN }) {
  return ({ texts: amount }: EmulatorRequest): Fault | undefined => (amount > most ? fault : undefined);
}

/** Returns the number of texts of each request, in the order of the requests. */
function sizes({ emulator }: Bench): number[] {
  return emulator.requests.map(({ texts: amount }) => amount);
}

describe("batch that is rejected in unknown words", () => {
  it.each([400, 413, 422])("is split in half once, and succeeds (%i)", async (status) => {
    const server = bench({ faults: moreThan(4, { status, message: UNKNOWN }) });
    const { vectors } = await server.embedder().embed(texts(8));
    expect(plain(vectors)).toEqual(texts(8).map(vectorOf));
    expect(sizes(server)).toEqual([8, 4, 4]);
  });

  it.each([400, 422])(
    "fails when its first half is rejected too, after two requests (%i)",
    async (status) => {
      const server = bench({ faults: moreThan(1, { status, message: UNKNOWN }) });
      const error = await rejection(server.embedder().embed(texts(8)));
      expect(error).toMatchObject({ code: "bad_request", status });
      expect((error as Error).message).toContain(`Together responded with ${status}`);
      expect(sizes(server)).toEqual([8, 4]);
    },
  );

  it("fails when its second half is rejected too, and keeps the vectors of the first in the cache", async () => {
    const { bodies, ...server } = bench({
      faults: ({ body }) =>
        (body as { input: string[] }).input.includes("text 7")
          ? { status: 400, message: UNKNOWN }
          : undefined,
    });
    const cache = new MemoryStore();
    const error = await rejection(server.embedder({ cache }).embed(texts(8)));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(bodies().map(({ input }) => input.length)).toEqual([8, 4, 4]);
    expect(cache.entries.size).toBe(4);
  });

  it.each<[string, Fault]>([
    ["401", { status: 401, message: UNKNOWN }],
    ["402", { status: 402, message: UNKNOWN }],
    ["403", { status: 403, message: "This API token has reached its spending limit" }],
    ["404", { status: 404, message: UNKNOWN }],
    ["405", { status: 405, message: UNKNOWN }],
    ["a model that is not served", { status: 400, code: "model_not_available", message: UNKNOWN }],
  ])("is sent once for %s", async (_, fault) => {
    const server = bench({ faults: () => fault });
    await rejection(server.embedder().embed(texts(8)));
    expect(sizes(server)).toEqual([8]);
  });

  it("is sent once if the server rejects `encoding_format` although it is not sent", async () => {
    const server = bench({ faults: () => ({ status: 400, message: "encoding_format: unknown" }) });
    await rejection(server.embedder({ encodingFormat: "float" }).embed(texts(8)));
    expect(sizes(server)).toEqual([8]);
  });

  it("is sent once if it has one text", async () => {
    const server = bench({ faults: () => ({ status: 400, message: UNKNOWN }) });
    await rejection(server.embedder().embed(["one text"]));
    expect(sizes(server)).toEqual([1]);
  });

  it("limits later batches if its halves are accepted", async () => {
    const server = bench({ faults: moreThan(4) });
    const embedder = server.embedder({ maxConcurrency: 1 });
    await embedder.embed(texts(8));
    server.emulator.clear();
    await embedder.embed(texts(8, "more"));
    expect(sizes(server)).toEqual([4, 4]);
  });

  it("does not limit later batches if a half is rejected too", async () => {
    let isBroken = true;
    const server = bench({ faults: () => (isBroken ? { status: 400, message: UNKNOWN } : undefined) });
    const embedder = server.embedder({ maxConcurrency: 1 });
    await rejection(embedder.embed(texts(8)));
    isBroken = false;
    server.emulator.clear();
    await embedder.embed(texts(8));
    expect(sizes(server)).toEqual([8]);
  });

  it("is split further where a half is rejected in known words", async () => {
    const known = { status: 400, message: "batch size 4 > maximum allowed batch size 2" };
    const server = bench({
      faults: (request) => moreThan(4)(request) ?? moreThan(2, known)(request),
    });
    const { vectors } = await server.embedder().embed(texts(8));
    expect(plain(vectors)).toEqual(texts(8).map(vectorOf));
    expect(sizes(server)).toEqual([8, 4, 2, 2, 2, 2]);
  });

  it("fails with the first error of a half that failed for another reason", async () => {
    const server = bench({
      faults: (request) => moreThan(4)(request) ?? { status: 402 },
    });
    expect(await rejection(server.embedder().embed(texts(8)))).toMatchObject({ code: "payment_required" });
    expect(sizes(server)).toEqual([8, 4]);
  });

  it("ends the call with its first rejected half, without a split of other batches", async () => {
    const server = bench({ faults: () => ({ status: 400, message: UNKNOWN }), latency: 5 });
    await rejection(server.embedder({ batchSize: 8 }).embed(texts(800)));
    const whole = sizes(server).filter((amount) => amount === 8).length;
    expect(sizes(server).length).toBe(whole + 1);
  });

  it("is reported by an event with its own reason", async () => {
    const server = bench({ faults: moreThan(4) });
    await server.embedder().embed(texts(8));
    expect(only(server.events, "batch-split")).toMatchObject([
      { reason: "request-rejected", texts: 8, requests: 2 },
    ]);
  });
});

describe("ranking that is rejected in unknown words", () => {
  it.each([400, 413, 422])("is split in half once, and succeeds (%i)", async (status) => {
    const server = bench({ faults: moreThan(4, { status, message: UNKNOWN }) });
    const ranked = await server.reranker().rerank("q", ["3", "7", "1", "8", "2", "6", "5", "4"]);
    expect(ranked.map(({ item }) => scoreOf(item))).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(sizes(server)).toEqual([8, 4, 4]);
  });

  it("fails when its first half is rejected too, after two requests", async () => {
    const server = bench({ faults: moreThan(1) });
    const error = await rejection(server.reranker().rerank("q", texts(8)));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(sizes(server)).toEqual([8, 4]);
  });

  it.each([401, 402, 403, 404])("is sent once for a %i", async (status) => {
    const server = bench({ faults: () => ({ status, message: UNKNOWN }) });
    await rejection(server.reranker().rerank("q", texts(8)));
    expect(sizes(server)).toEqual([8]);
  });
});
