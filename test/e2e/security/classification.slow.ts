/** Responses of real and hostile servers. Their classification determines if the client splits the request or fails. */

import { describe, expect, it } from "vitest";
import { Embedder, type TogetherError } from "../../../src/index.js";
import type { EmulatorRequest, Fault } from "../../../src/emulator/index.js";
import { bench, plain, rejection, scoreOf, vectorOf, type Bench } from "../../support/emulate.js";
import { serve } from "../../support/http.js";
import { REJECTED, TOO_LARGE, titleOf, type Wording } from "../../support/wordings.js";

/** The highest number of texts or documents per request that the server accepts. */
const MAX_TEXTS = 4;

/** Texts with the same number of tokens, so that halves of a batch are halves of its tokens. */
const TEXTS = Array.from({ length: 16 }, (_, index) => `text ${10 + index}`);

/** Sizes of the requests for 16 texts. The first half shows the accepted size. The second half is sent in that size. */
const SIZES_WITH_SPLITS = [16, 8, 4, 4, 4, 4];

const rows = <Row extends Wording>(wordings: readonly Row[]): [string, Row][] =>
  wordings.map((wording) => [titleOf(wording), wording]);

function respondWith({
  status,
  body,
}: Pick<Wording, "status" | "body">): (request: EmulatorRequest) => Fault | undefined {
  return ({ texts }) => (texts > MAX_TEXTS ? { status, body } : undefined);
}

/** Returns the number of texts per request, in the order of sending. */
function sizes({ emulator }: Bench): number[] {
  return emulator.requests.map(({ texts }) => texts);
}

describe("request that is too large", () => {
  it.each(rows(TOO_LARGE))("is split until it is accepted, once per size: %s", async (_, wording) => {
    const server = bench({ faults: respondWith(wording) });
    const embedder = server.embedder({ maxConcurrency: 1 });
    expect(plain((await embedder.embed(TEXTS)).vectors)).toEqual(TEXTS.map(vectorOf));
    expect(sizes(server)).toEqual(SIZES_WITH_SPLITS);
    server.emulator.clear();
    expect(plain((await embedder.embed(TEXTS)).vectors)).toEqual(TEXTS.map(vectorOf));
    expect(sizes(server)).toEqual([4, 4, 4, 4]);
  });

  it.each(rows(TOO_LARGE))("is split for a ranking: %s", async (_, wording) => {
    const server = bench({ faults: respondWith(wording) });
    const ranked = await server.reranker().rerank("q", TEXTS);
    expect(ranked.map(({ item }) => scoreOf(item))).toEqual(TEXTS.map(scoreOf).toReversed());
    expect(sizes(server)).toEqual(SIZES_WITH_SPLITS);
  });

  it.each(rows(TOO_LARGE.filter(({ by }) => by === "size")))(
    "causes one request and one error if it has one text: %s",
    async (_, { status, body }) => {
      const server = bench({ faults: () => ({ status, body }) });
      const error = await rejection(server.embedder().embed(["one text"]));
      expect(error).toMatchObject({ code: "text_too_long", status, index: 0 });
      expect(sizes(server)).toEqual([1]);
    },
  );

  it.each(rows(TOO_LARGE.filter(({ body }) => Object.hasOwn(Object(body), "error"))))(
    "is split if a 200 reports it: %s",
    async (_, { body }) => {
      const server = bench({ faults: respondWith({ status: 200, body }) });
      const { vectors } = await server.embedder({ maxConcurrency: 1 }).embed(TEXTS);
      expect(plain(vectors)).toEqual(TEXTS.map(vectorOf));
    },
  );

  it("causes an error that names the one text that is too long, although the server responds with 500", async () => {
    const list = TEXTS.with(5, "long ".repeat(600));
    const message = "input (2793 tokens) is too large to process (current batch size: 2048)";
    const server = bench({
      faults: ({ body }) =>
        JSON.stringify(body).includes("long long") ? { status: 500, message } : undefined,
    });
    const error = await rejection(server.embedder({ maxConcurrency: 1 }).embed(list));
    expect(error).toMatchObject({ code: "text_too_long", index: 5 });
    expect(sizes(server)).toEqual([16, 8, 4, 4, 2, 1, 1]);
  });
});

describe("error body that repeats the request and is truncated by the limit", () => {
  const echo = "a word of the text ".repeat(8000);
  const message = "This model's maximum context length is 512 tokens.";

  it.each<[string, string]>([
    ["message, then echo", JSON.stringify({ error: { message: `${message} You sent: ${echo}` } })],
    ["message, then echo in a field", JSON.stringify({ error: { message, input: echo } })],
    ["FastAPI", JSON.stringify({ detail: [{ msg: `Value error, ${message}`, input: echo }] })],
    ["flat", JSON.stringify({ object: "error", message: `${message} ${echo}` })],
    ["text", `${message} You sent: ${echo}`],
  ])("is recognized: %s", async (_, body) => {
    const requestSizes: number[] = [];
    const baseURL = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string[] };
        requestSizes.push(input.length);
        const data = input.map((text, index) => ({ index, embedding: vectorOf(text) }));
        const isTooLarge = input.length > MAX_TEXTS;
        response.writeHead(isTooLarge ? 400 : 200, { "content-type": "application/json" });
        response.end(isTooLarge ? body : JSON.stringify({ data }));
      });
    });
    const embedder = new Embedder({ model: "m", apiKey: "k", baseURL, maxConcurrency: 1 });
    expect(plain((await embedder.embed(TEXTS)).vectors)).toEqual(TEXTS.map(vectorOf));
    expect(requestSizes).toEqual(SIZES_WITH_SPLITS);
  });
});

describe("request that is rejected for another reason", () => {
  it.each(rows(REJECTED))("is sent once, or twice if the words are unknown: %s", async (_, wording) => {
    const { status, body, code } = wording;
    const server = bench({ faults: () => ({ status, body }) });
    const error = (await rejection(server.embedder().embed(TEXTS))) as TogetherError;
    expect(error).toMatchObject({ code, status });
    expect(sizes(server)).toEqual(code === "bad_request" ? [16, 8] : [16]);
  });

  it.each(rows(REJECTED))("is sent as often for a ranking: %s", async (_, wording) => {
    const { status, body, code } = wording;
    const server = bench({ faults: () => ({ status, body }) });
    const error = (await rejection(server.reranker().rerank("q", TEXTS))) as TogetherError;
    expect(error).toMatchObject({ code, status });
    expect(sizes(server)).toEqual(code === "bad_request" ? [16, 8] : [16]);
  });

  it.each([
    "This API token has reached its spending limit",
    "Your token has expired; the maximum lifetime of a token is 90 days",
    "You exceed the limit of 1000000 tokens per minute",
    "The size of your organization exceeds its plan",
    "Access denied | api.together.ai used Cloudflare to restrict access",
    "endpoints_v1_create_access_disabled",
    "",
  ])("fails with permission_denied after one request: a 403 with %j", async (message) => {
    const server = bench({ faults: () => ({ status: 403, body: { error: { message } } }) });
    const error = (await rejection(server.embedder().embed(TEXTS))) as TogetherError;
    expect(error).toMatchObject({ code: "permission_denied", status: 403, attempts: 1 });
    expect(error.message).not.toContain("split");
    expect(sizes(server)).toEqual([16]);
  });

  it.each([
    ["a blank page", ""],
    ["a web page", "<html><h1>403 Forbidden</h1><p>maximum context length</p></html>"],
    ["null", "null"],
    ["a number", "42"],
    ["a list", "[]"],
    ["a deep object", '{"error":'.repeat(500) + "1" + "}".repeat(500)],
    ["prototype fields", '{"__proto__":{"message":"maximum context length of input"}}'],
  ])("fails with permission_denied for any body of a 403: %s", async (_, body) => {
    const server = bench({ faults: () => ({ status: 403, body }) });
    const error = await rejection(server.embedder().embed(TEXTS));
    expect(error).toMatchObject({ code: "permission_denied" });
    expect(sizes(server)).toEqual([16]);
  });

  it.each([400, 413, 422])(
    "ends after a bounded number of requests, whatever words a %i has",
    async (status) => {
      let requests = 0;
      const server = bench({
        faults: () => ({ status, message: `No. ${(requests += 1)} tokens exceed the limit of tokens` }),
      });
      const error = await rejection(server.embedder().embed(TEXTS));
      expect(error).toMatchObject({ code: "text_too_long", index: 0 });
      expect(sizes(server)).toEqual([16, 8, 4, 2, 1]);
    },
  );
});
