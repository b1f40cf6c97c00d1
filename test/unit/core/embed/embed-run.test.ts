import { describe, expect, it, vi } from "vitest";
import type { TogetherEvent } from "../../../../src/index.js";
import { untilAbort } from "../../../../src/core/abort.js";
import { RateLimiter } from "../../../../src/core/rate-limit/rate-limiter.js";
import { bench, only, plain, rejection, texts, vectorOf } from "../../../support/emulate.js";
import { pass, timed, useVirtualTime } from "../../../support/time.js";

/** Returns the number of texts of each request with a status. */
function sizesWith(requests: readonly { status?: number; texts: number }[], status: number): number[] {
  return requests.filter((request) => request.status === status).map((request) => request.texts);
}

describe("batches that the server rejects as too large", () => {
  it.each([400, 403, 413, 422] as const)(
    "splits in half, and returns every text's vector (%i)",
    async (status) => {
      const { embedder, emulator, events } = bench({ maxBatchTexts: 10, tooLargeStatus: status });
      const list = texts(64);
      const { vectors } = await embedder({ batchSize: 64, maxConcurrency: 1 }).embed(list);
      expect(plain(vectors)).toEqual(list.map(vectorOf));
      expect(sizesWith(emulator.requests, status)).toEqual([64, 32, 16]);
      expect(sizesWith(emulator.requests, 200)).toEqual([8, 8, 8, 8, 8, 8, 8, 8]);
      expect(only(events, "batch-split")[0]).toMatchObject({
        reason: "request-too-large",
        texts: 64,
        requests: 2,
      });
    },
  );

  it("sends no larger batch than the server accepted, also in later calls", async () => {
    const { embedder, emulator } = bench({ maxBatchTexts: 10 });
    const one = embedder({ batchSize: 64, maxConcurrency: 1 });
    await one.embed(texts(64));
    emulator.clear();
    await one.embed(texts(300, "a later and much longer text"));
    expect(sizesWith(emulator.requests, 413)).toEqual([]);
    expect(Math.max(...sizesWith(emulator.requests, 200))).toBe(8);
  });

  it("splits no further than the server requires, for texts of very different length", async () => {
    const { embedder, emulator } = bench({ maxBatchTokens: 400 });
    const list = Array.from({ length: 512 }, (_, index) => `${index} ${"word ".repeat(index % 17)}`);
    const { vectors } = await embedder({ batchSize: 128, maxConcurrency: 1 }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    // 512 texts of 12 tokens on average are 16 requests of 400; a split in half finds a size above half of that.
    expect(emulator.requests.length).toBeLessThan(60);
  });

  it.each([
    ["first", true],
    ["second", false],
  ])("remembers the larger accepted half, here the %s", async (_, first) => {
    const long = ["long ".repeat(100), "word ".repeat(100)];
    const short = ["a", "b"];
    const { embedder, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 2 ? { status: 413 } : undefined),
    });
    const one = embedder({ batchSize: 4, maxConcurrency: 1 });
    await one.embed(first ? [...long, ...short] : [...short, ...long]);
    expect(sizesWith(emulator.requests, 413)).toEqual([4]);
    emulator.clear();
    await one.embed(long.map((text) => text.slice(10)));
    expect(emulator.requests.map((request) => request.texts)).toEqual([2]);
  });

  it("names the index of the one text that is too long, and caches the vectors of the others", async () => {
    const { embedder, events } = bench({ maxBatchTokens: 300 });
    const list = texts(40);
    list[9] = "text 8";
    list[17] = "long ".repeat(2000);
    const error = await rejection(embedder({ maxConcurrency: 1 }).embed(list));
    expect(error).toMatchObject({ code: "text_too_long", index: 17, status: 413 });
    expect((error as Error).message).toMatch(
      /^Cannot embed 40 texts with "me\/embedding": the text at index 17 \(10000 characters, about \d+ tokens\) is more than the model accepts; split it into shorter ones \(see .+#text_too_long\)$/,
    );
    expect(only(events, "response").length).toBeGreaterThan(0);
  });

  it("sends one text alone although it is longer than what the server accepted before", async () => {
    const { embedder, emulator } = bench({ maxBatchTokens: 300 });
    const list = [200, 190, 230].map((words) => "word ".repeat(words));
    const { vectors } = await embedder({ maxConcurrency: 1 }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(sizesWith(emulator.requests, 413)).toEqual([3, 2]);
    expect(sizesWith(emulator.requests, 200)).toEqual([1, 1, 1]);
  });

  it("sends one request for a query that is too long, and does not split it", async () => {
    const { embedder, emulator } = bench({ maxBatchTokens: 300 });
    const error = await rejection(embedder().embedQuery("long ".repeat(2000)));
    expect(error).toMatchObject({ code: "text_too_long", index: 0 });
    expect(emulator.requests.length).toBe(1);
  });

  it.each(["gone/model", "gone/model-of-long-context-length", "gone/most-tokens-size-limit"])(
    "does not treat a rejected model as a batch that is too large: %s",
    async (model) => {
      const { embedder, emulator } = bench();
      const error = await rejection(embedder({ model }).embed(texts(64)));
      expect(error).toMatchObject({ code: "model_unavailable", status: 400 });
      expect(emulator.requests.length).toBe(1);
    },
  );

  it.each(["count", "tokens"])("recognizes %s, in the words of other servers", async (by) => {
    const message =
      by === "count"
        ? "batch size 8 > maximum allowed batch size 2"
        : "This model's maximum context length is 512 tokens. However, you requested 900 tokens";
    const { embedder, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 2 ? { status: 413, message } : undefined),
    });
    const { vectors } = await embedder({ batchSize: 8, maxConcurrency: 1 }).embed(texts(8));
    expect(vectors.length).toBe(8);
    expect(sizesWith(emulator.requests, 413)).toEqual([8, 4]);
  });
});

describe("first batches of a server without known limits", () => {
  useVirtualTime();

  it("sends halves of one rejected batch while other batches wait for the result", async () => {
    const { embedder, emulator } = bench({ maxBatchTexts: 10, latency: 5 });
    const list = texts(2048);
    const call = embedder().embed(list);
    await timed(call);
    const { vectors } = await call;
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    // Four requests are sent before the first response; the other twelve batches are taken when the size is known.
    expect(sizesWith(emulator.requests, 413)).toEqual([128, 128, 128, 128, 64, 32, 16]);
  });
});

describe("server without base64", () => {
  it("rejects at most the requests in flight, and loses no text", async () => {
    const { embedder, emulator, bodies } = bench({ base64: "reject", latency: 5 });
    const one = embedder({ batchSize: 2 });
    const list = texts(40);
    const { vectors } = await one.embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
    expect(sizesWith(emulator.requests, 400).length).toBeLessThanOrEqual(8);
    emulator.clear();
    await one.embed(texts(10));
    expect(bodies().map((body) => body.encoding_format)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("checks the size of the batch before the format", async () => {
    const { embedder } = bench({ base64: "reject", maxBodyBytes: 300 });
    const list = texts(30);
    const { vectors } = await embedder({ maxConcurrency: 1 }).embed(list);
    expect(plain(vectors)).toEqual(list.map(vectorOf));
  });

  it("causes an error if it complains about base64 after a request with floats", async () => {
    const { embedder, emulator } = bench({
      faults: () => ({ status: 400, message: "encoding_format is not what we like" }),
    });
    const error = await rejection(embedder({ encodingFormat: "float" }).embed(["a"]));
    expect(error).toMatchObject({ code: "bad_request", status: 400 });
    expect(emulator.requests.length).toBe(1);
  });
});

describe("long texts", () => {
  it("sends them concurrently, although few fill a batch", async () => {
    const { embedder, events, emulator } = bench({ latency: 10 });
    await embedder().embed(Array.from({ length: 64 }, (_, index) => `${index} word `.repeat(4000)));
    expect(emulator.requests.length).toBeGreaterThan(4);
    expect(Math.max(...only(events, "request").map(({ inFlight }) => inFlight))).toBeGreaterThan(1);
  });
});

describe("rate limits and the end of a job", () => {
  useVirtualTime();

  it("ends with the last vector, without a wait of idle workers for a permit", async () => {
    let sent = 0;
    const rateLimited = { status: 429, headers: { "x-ratelimit-reset": "30" } };
    const { embedder, emulator } = bench({
      latency: 20,
      faults: () => (++sent <= 4 ? rateLimited : undefined),
    });
    const call = embedder().embed(texts(1280));
    const ended = timed(call);
    await ended;
    const last = emulator.requests.at(-1);
    expect(Date.now() - ((last?.time ?? 0) + 20)).toBeLessThan(1100);
    expect((await call).vectors.length).toBe(1280);
  });

  it("ends with the last vector although one of its workers would never get a permit", async () => {
    const acquire = vi.spyOn(RateLimiter.prototype, "acquire");
    const never = vi.fn<RateLimiter["acquire"]>(({ signal }) => untilAbort(new Promise(() => {}), signal));
    const onEvent = ({ type }: TogetherEvent): void => {
      if (type === "request" && acquire.mock.calls.length === 2) acquire.mockImplementationOnce(never);
    };
    const { embedder } = bench({ latency: 20 });
    const call = embedder({ batchSize: 1, maxConcurrency: 2, onEvent }).embed(texts(4));
    await timed(call);
    expect(plain((await call).vectors)).toEqual(texts(4).map(vectorOf));
    expect(never).toHaveBeenCalledTimes(1);
    acquire.mockRestore();
  });

  it.each([
    ["requests, with larger batches after the 429", "dynamic_request_limited", 1000],
    ["tokens, with unchanged batches", "dynamic_token_limited", 128],
  ])("limits batches by the limited unit: %s", async (_, errorType, largest) => {
    let sent = 0;
    const rateLimited = { status: 429, errorType, headers: { "x-ratelimit-reset": "2" } };
    const { embedder, emulator } = bench({ faults: () => ((sent += 1) <= 4 ? rateLimited : undefined) });
    const call = embedder().embed(texts(1000));
    await timed(call);
    expect(Math.max(...sizesWith(emulator.requests, 200))).toBe(largest);
    expect(plain((await call).vectors)).toEqual(texts(1000).map(vectorOf));
  });

  it("ends with the first failure, without the requests that have not started", async () => {
    const { embedder, emulator } = bench({ latency: 20, faults: ["ok", { status: 401 }] });
    const call = embedder({ batchSize: 1, maxConcurrency: 2 }).embed(texts(1000));
    const failed = rejection(call);
    await pass(2000);
    expect(await failed).toMatchObject({ code: "unauthorized" });
    expect(emulator.requests.length).toBeLessThanOrEqual(4);
    expect(emulator.inFlight).toBe(0);
  });
});

describe("list of texts", () => {
  it("appears in the error as the caller passed it when one of its requests fails", async () => {
    const { embedder } = bench({ faults: () => ({ status: 401 }) });
    const error = (await rejection(embedder().embed(texts(1000)))) as Error;
    expect(error.message).toMatch(/^Cannot embed 1000 texts with "me\/embedding": /);
  });

  it("has one waiter at the rate limiter per request that it needs, not per request that it may send", async () => {
    const acquire = vi.spyOn(RateLimiter.prototype, "acquire");
    const { embedder, emulator } = bench();
    for await (const each of embedder().embedStream(texts(40 * 128))) void each;
    expect(emulator.requests.length).toBe(40);
    expect(acquire).toHaveBeenCalledTimes(40);
    acquire.mockRestore();
  });
});

describe("batch that is rejected as too large", () => {
  it("is reported by one event per rejection", async () => {
    const { embedder, emulator, events } = bench({ maxBatchTexts: 10 });
    await embedder({ batchSize: 64, maxConcurrency: 1 }).embed(texts(64));
    const rejections = emulator.requests.filter(({ status }) => status === 413);
    expect(only(events, "batch-split").map((event) => event.texts)).toEqual(
      rejections.map((request) => request.texts),
    );
  });

  it("limits later batches by count too when a 413 has no known reason", async () => {
    const { embedder, emulator } = bench({
      faults: ({ texts: amount }) => (amount > 16 ? { status: 413, message: "No." } : undefined),
    });
    const one = embedder({ batchSize: 32, maxConcurrency: 1 });
    await one.embed(texts(32, "a text that is quite long"));
    emulator.clear();
    await one.embed(texts(64, "x"));
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual(
      Array.from({ length: 4 }, () => [200, 16]),
    );
  });

  it("sets the limit to the largest size that was accepted before, not to half of the rejected one", async () => {
    const { embedder, emulator } = bench({ maxBatchTexts: 16 });
    const one = embedder({ batchSize: 17, maxConcurrency: 1 });
    await one.embed(texts(16));
    await one.embed(texts(17, "other"));
    emulator.clear();
    await one.embed(texts(32, "later"));
    expect(emulator.requests.map((request) => request.texts)).toEqual([16, 16]);
  });
});

describe("EmbedRun", () => {
  useVirtualTime();

  it("splits a rejected batch at the size that another batch has determined", async () => {
    const { embedder, emulator } = bench({ maxBatchTexts: 10, latency: 5 });
    const one = embedder({ batchSize: 12, maxConcurrency: 2 });
    await timed(one.embed(texts(10, "before")));
    emulator.clear();
    await timed(one.embed(texts(24)));
    expect(sizesWith(emulator.requests, 413)).toEqual([12, 12]);
    expect(sizesWith(emulator.requests, 200)).toEqual([6, 6, 10, 2]);
  });

  it("sends half of a batch once more, unsplit, when the server rejects its encoding", async () => {
    const { embedder, emulator } = bench({ base64: "reject", maxBodyBytes: 110 });
    const list = texts(8);
    const call = embedder({ maxConcurrency: 1 }).embed(list);
    await timed(call);
    expect(emulator.requests.map((request) => [request.status, request.texts])).toEqual([
      [413, 8],
      [400, 4],
      [200, 4],
      [200, 4],
    ]);
    expect(plain((await call).vectors)).toEqual(list.map(vectorOf));
  });

  it.each([1, 2, 4])(
    "has as many requests in flight as maxConcurrency and no more waiters: %i",
    async (most) => {
      const acquire = vi.spyOn(RateLimiter.prototype, "acquire");
      const { embedder, events } = bench({ latency: 5 });
      await timed(embedder({ batchSize: 1, maxConcurrency: most }).embed(texts(40)));
      expect(Math.max(...only(events, "request").map(({ inFlight }) => inFlight))).toBe(most);
      expect(acquire).toHaveBeenCalledTimes(40);
      acquire.mockRestore();
    },
  );

  it("retries a batch after the delay that the server asks for, and sends the others meanwhile", async () => {
    const { embedder, emulator } = bench({ faults: [{ status: 503, headers: { "retry-after": "3" } }] });
    await timed(embedder({ batchSize: 1, maxConcurrency: 2 }).embed(texts(4)));
    const [first] = emulator.requests;
    const sent = emulator.requests.map(({ body, time }) => [
      (body as { input: string[] }).input[0],
      time - (first?.time ?? 0),
    ]);
    expect(sent).toEqual([
      ["text 0", 0],
      ["text 1", 0],
      ["text 2", 0],
      ["text 3", 0],
      ["text 0", 3000],
    ]);
  });
});
