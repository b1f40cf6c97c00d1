import Together from "together-ai";
import { describe, expect, it } from "vitest";
import { limitErrorBody } from "../../../../src/core/request/limit-error-body.js";
import type { TogetherError } from "../../../../src/index.js";
import { bench, KEY, rejection } from "../../../support/emulate.js";

const STATUSES = [300, 400, 401, 404, 413, 422, 429, 500, 503, 599, 600, 777, 999];

/** The part of an endless body that was read. */
interface Read {
  megabytes: number;
  cancelled: boolean;
}

/** Returns a server with endless bodies, and how much of each was read. A 503 may be retried before the deadline. */
function endlessServer(status: number): { fetch: typeof globalThis.fetch; reads: Read[] } {
  const reads: Read[] = [];
  const fetch: typeof globalThis.fetch = async () => {
    const read = { megabytes: 0, cancelled: false };
    reads.push(read);
    return respond(status, endless(read));
  };
  return { fetch, reads };
}

function endless(read: Read): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      read.megabytes += 1;
      controller.enqueue(new Uint8Array(2 ** 20).fill(0x61));
    },
    cancel() {
      read.cancelled = true;
    },
  });
}

function expectBounded(reads: readonly Read[]): void {
  expect(reads).not.toEqual([]);
  for (const { megabytes, cancelled } of reads) {
    expect(megabytes).toBeLessThan(5);
    expect(cancelled).toBe(true);
  }
}

/** Returns a response of any status, as from `fetch`. */
function respond(status: number, body: BodyInit | null, headers: HeadersInit = {}): Response {
  const response = new Response(body, { headers });
  return Object.defineProperties(response, { status: { value: status }, ok: { value: false } });
}

async function failed(options: object): Promise<TogetherError> {
  const own = bench().embedder({ maxRetries: 0, retryDeadline: 1, ...options });
  return (await rejection(own.embed(["a"]))) as TogetherError;
}

describe("error bodies", () => {
  it.each(STATUSES.filter((status) => status >= 400))("reads up to 64 KB with status %i", async (status) => {
    const { fetch, reads } = endlessServer(status);
    const error = await failed({ fetch });
    expect(error.status).toBe(status);
    expectBounded(reads);
  });

  it.each(STATUSES)("reads up to 64 KB with status %i and a custom client", async (status) => {
    const { fetch, reads } = endlessServer(status);
    const client = new Together({ apiKey: KEY, fetch, maxRetries: 0 });
    const error = await failed({ apiKey: undefined, fetch: undefined, client });
    expect(error.status).toBe(status < 400 ? undefined : status);
    expectBounded(reads);
  });

  it("omits bodies that are too long if the platform has no streams", () => {
    const long = respond(500, "x", { "content-length": "65537" });
    Object.defineProperty(long, "body", { value: null });
    expect(limitErrorBody(long)).toMatchObject({ status: 500, ok: false, body: null });
    const short = respond(500, "x", { "content-length": "65536" });
    Object.defineProperty(short, "body", { value: null });
    expect(limitErrorBody(short)).toBe(short);
  });

  it("keeps message, headers and status of short bodies", async () => {
    const limited = limitErrorBody(respond(999, '{"error": "no"}', { "retry-after": "3" }));
    expect(limited).toMatchObject({ status: 999, ok: false });
    expect(limited.headers.get("retry-after")).toBe("3");
    expect(await limited.text()).toBe('{"error": "no"}');
  });
});

/** Creates a client with an emulator, and records the received headers. */
function onEmulator(): { client: Together; keys: () => (string | null)[] } {
  const { emulator } = bench();
  const sent: Headers[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    sent.push(new Headers(init?.headers));
    return emulator.fetch(input, init);
  };
  const client = new Together({ apiKey: KEY, fetch, defaultHeaders: { "x-mine": "1" } });
  return { client, keys: () => sent.map((headers) => headers.get("authorization")) };
}

describe("custom client", () => {
  it("uses a key that changes between two calls", async () => {
    const { client, keys } = onEmulator();
    const own = bench().embedder({ client, apiKey: undefined, fetch: undefined });
    await own.embed(["a"]);
    client.apiKey = "another";
    await own.embed(["b"]);
    expect(keys()).toEqual([`Bearer ${KEY}`, "Bearer another"]);
  });

  it("is called itself if a tracer or a test has replaced its method", async () => {
    const { client } = onEmulator();
    const create = client.embeddings.create.bind(client.embeddings);
    let calls = 0;
    client.embeddings.create = (...args) => {
      calls += 1;
      return create(...args);
    };
    await bench().embedder({ client, apiKey: undefined, fetch: undefined }).embed(["a"]);
    expect(calls).toBe(1);
  });

  it("is called itself if its class ignores options, or throws", async () => {
    class Fixed extends Together {
      override withOptions(): this {
        return this;
      }
    }
    class Broken extends Together {
      override withOptions(): this {
        throw new Error("no copies");
      }
    }
    for (const Class of [Fixed, Broken]) {
      const { emulator } = bench();
      const client = new Class({ apiKey: KEY, fetch: emulator.fetch });
      await bench().embedder({ client, apiKey: undefined, fetch: undefined }).embed(["a"]);
      expect(emulator.requests.length).toBe(1);
    }
  });
});
