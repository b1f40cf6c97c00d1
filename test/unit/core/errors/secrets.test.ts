import { inspect } from "node:util";
import Together from "together-ai";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EmulatorOptions, EmulatorRequest, Fault, FaultName } from "../../../../src/emulator/index.js";
import { Embedder, Reranker } from "../../../../src/index.js";
import { errorMessage } from "../../../support/error-message.js";
import { bench, rejection, type Bench, type RequestBody } from "../../../support/emulate.js";
import { MemoryStore } from "../../../support/store.js";
import { timed, useVirtualTime } from "../../../support/time.js";

const KEY = "tgp_v1_marked-key-0123456789abcdef";
const TEXT = "the marked text of a customer, confidential";
const QUERY = "the marked question of another customer";
const SHORT = "pin 4711";
const HAN = "客户的机密文本，不得外传";
const WORD = "account_4711-of-the-customer";
const MARKS = [KEY, TEXT, QUERY, SHORT, HAN, WORD];

const DEEP = { depth: Infinity, showHidden: true, getters: true };

/** Returns the printed and serialized forms of an error. */
function shown(error: unknown): string {
  const { message, stack, cause } = error as Error;
  return [
    inspect(error, DEEP),
    JSON.stringify(error),
    JSON.stringify(error, Object.getOwnPropertyNames(error as object)),
    inspect(structuredClone(error), DEEP),
    String(error),
    message,
    String(stack),
    inspect(cause, DEEP),
  ].join("\n");
}

/** Returns the marks that a text contains, whole or in part, unchanged or escaped. */
function leaks(text: string): string[] {
  const plain = text + JSON.stringify(text) + text.toLowerCase();
  return MARKS.filter((mark) => {
    if (plain.includes(mark) || plain.includes(escaped(mark))) return true;
    for (let start = 0; start + 14 <= mark.length; start += 7) {
      if (plain.includes(mark.slice(start, start + 14))) return true;
    }
    return false;
  });
}

/** Escapes a text as ASCII-only JSON does. */
function escaped(text: string): string {
  return text.replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const logged: unknown[] = [];
beforeEach(() => {
  logged.length = 0;
  vi.spyOn(Math, "random").mockReturnValue(0);
  for (const name of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    vi.spyOn(console, name).mockImplementation((...values) => void logged.push(values));
  }
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((chunk) => {
      logged.push(String(chunk));
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 422, 425, 429, 500, 502, 503, 504];
const KINDS: FaultName[] = [
  ...(["reset", "cut", "half", "hang", "endless", "html", "redirect", "missing-item", "extra-item"] as const),
  ...(["repeated-index", "index-out-of-range", "not-a-list", "no-list", "null-in-vector"] as const),
  ...(["nan-in-vector", "infinity-in-vector", "short-vector", "empty-vector", "no-vector"] as const),
  ...(["bad-base64", "infinite-score", "null-score"] as const),
];

/** Responses of servers that repeat the request. */
const echoes: ((part: string) => Fault)[] = [
  (part) => ({ status: 400, message: `Invalid input: "${part}"` }),
  (part) => ({ status: 400, message: `Invalid input: "${part}"`.toUpperCase() }),
  (part) => ({ status: 422, body: { error: `Cannot read ${escaped(part)}` } }),
  (part) => ({ status: 422, body: { detail: `Cannot read ${JSON.stringify({ input: [part] })}` } }),
  (part) => ({ status: 400, body: { error: { message: "no", type: part, code: part, param: part } } }),
  (part) => ({ status: 500, body: `<html>${part}</html>` }),
  (part) => ({ status: 400, message: `The request was: ${part.slice(0, 30)} ...` }),
  (part) => ({ status: 400, message: `Invalid Authorization: Bearer ${KEY} for ${part}` }),
  (part) => ({ status: 401, message: `Bearer ${KEY.slice(0, 20)}... is unknown, ${part.length}` }),
  (part) => ({ status: 200, body: `{"error": "${part}"}` }),
  (part) => ({ status: 200, body: part }),
  (part) => ({ status: 429, message: part, headers: { "x-ratelimit-reset": "999", "x-request-id": "r" } }),
];

/** Parts of a request: the query or first text, the last text, the first without its prefix, and all texts. */
const parts: ((sent: string[]) => string)[] = [
  (sent) => sent[0] ?? "",
  (sent) => sent.at(-1) ?? "",
  (sent) => (sent[0] ?? "").replace(/^.*: /, ""),
  String,
];

const faults: [string, (request: EmulatorRequest) => Fault][] = [
  ...STATUSES.map((status): [string, () => Fault] => [
    String(status),
    () => ({ status, headers: { "x-ratelimit-reset": "100" } }),
  ]),
  ...KINDS.map((kind): [string, () => Fault] => [kind, () => kind]),
  ...echoes.flatMap((echo) =>
    parts.map((part): [string, (request: EmulatorRequest) => Fault] => [
      `an echo such as ${JSON.stringify(echo("what was sent"))}`,
      ({ body }) => {
        const { query, input, documents } = body as RequestBody;
        return echo(part(input ?? [query, ...documents]));
      },
    ]),
  ),
];

/** Makes calls that fail and returns everything they produce: errors, events, console output. */
async function outputOf(options: EmulatorOptions): Promise<string> {
  const own = bench(options);
  const failing = calls(own, { apiKey: KEY, timeout: 1000, maxRetries: 1 }).map((call) => call.catch(shown));
  await timed(Promise.all(failing));
  const errors = (await Promise.all(failing)).filter((outcome) => typeof outcome === "string");
  const events = own.events.map((event) => inspect(event, DEEP) + JSON.stringify(event));
  return [...errors, ...events, inspect(logged, DEEP)].join("\n");
}

function calls({ embedder, reranker }: Bench, shared: object): Promise<unknown>[] {
  const prefixed = { ...shared, queryPrefix: "A prefix of the model's: ", documentPrefix: "passage: " };
  return [
    embedder(shared).embed([TEXT, HAN]),
    embedder(shared).embed([SHORT]),
    embedder(shared).embed([WORD]),
    embedder(prefixed).embed([SHORT]),
    embedder(shared).embedQuery(QUERY),
    embedder(prefixed).embedQuery(SHORT),
    embedder({ ...shared, cache: new MemoryStore() })
      .embedStream([TEXT])
      .next(),
    reranker(shared).rerank(QUERY, [TEXT, HAN], String),
    reranker(shared).rerank(SHORT, [TEXT, SHORT], String),
    reranker({ ...shared, fallback: "original-order" }).rerank(QUERY, [TEXT], String),
  ];
}

describe("secrets in server responses", () => {
  useVirtualTime();

  it.each(faults)("leaks neither key nor text after %s", async (_, fault) => {
    const output = await outputOf({ faults: fault });
    expect(output.length).toBeGreaterThan(1000);
    expect(leaks(output)).toEqual([]);
  });

  it("leaks neither key nor text after a success while the SDK logs everything", async () => {
    vi.stubEnv("TOGETHER_LOG", "debug");
    const output = await outputOf({});
    vi.unstubAllEnvs();
    expect(leaks(output)).toEqual([]);
    expect(logged).toEqual([]);
  });
});

describe("secrets in local failures", () => {
  it("leaks neither key nor text when fetch throws an error that quotes the request", async () => {
    const { embedder, events } = bench();
    const fetch = (async (url, init) => {
      const error = new Error(`failed: ${JSON.stringify(init?.body)}`);
      throw Object.assign(error, { request: init, url, code: KEY, cause: new Error(TEXT) });
    }) satisfies typeof globalThis.fetch;
    const error = await rejection(embedder({ apiKey: KEY, fetch, maxRetries: 1 }).embed([TEXT]));
    expect(error).toMatchObject({ code: "connection_failed" });
    expect(leaks(shown(error) + inspect(events) + inspect(logged))).toEqual([]);
  });

  it.each([
    ["a text is blank", [TEXT, " "]],
    ["a text is not a string", [TEXT, { secret: TEXT }]],
    ["the list is not a list", { texts: TEXT }],
  ])("leaks neither key nor text when %s", async (_, input) => {
    const { embedder, reranker } = bench();
    const errors = await Promise.all([
      rejection(embedder({ apiKey: KEY }).embed(input as string[])),
      rejection(
        reranker({ apiKey: KEY }).rerank(QUERY, input as string[], (item) =>
          item === " " ? (5 as never) : item,
        ),
      ),
    ]);
    expect(leaks(errors.map(shown).join("\n"))).toEqual([]);
  });

  it("leaks neither key nor text when an option is invalid", () => {
    const wrong = [
      { apiKey: `${KEY} ${KEY}` },
      { apiKey: KEY, timeout: KEY },
      { apiKey: KEY, baseURL: `https://${KEY}@example.com` },
      { apiKey: KEY, baseURL: `https://example.com/v1?key=${KEY}` },
      { apiKey: KEY, baseURL: KEY },
      { apiKey: KEY, client: new Together({ apiKey: KEY }) },
      { apiKey: { key: KEY } },
      { apiKey: KEY, encodingFormat: KEY },
    ];
    for (const options of wrong) expect(leaks(errorMessage(options))).toEqual([]);
  });

  it("leaks neither key nor text when an embedder or a reranker is inspected", async () => {
    const { emulator } = bench();
    const options = { apiKey: KEY, fetch: emulator.fetch };
    const client = new Together({ apiKey: KEY });
    for (const object of [
      new Embedder({ model: "me/embedding", ...options }),
      new Reranker({ model: "me/rerank", ...options }),
      new Embedder({ model: "m", client }),
      new Reranker({ model: "m", client }),
    ]) {
      if (object instanceof Embedder && object.model === "me/embedding") await object.embed([TEXT]);
      expect(leaks(inspect(object, DEEP) + JSON.stringify(object))).toEqual([]);
      expect(JSON.parse(JSON.stringify(object))).toEqual({ model: object.model });
    }
  });
});

describe("cache entries", () => {
  it("contains no text: keys are hashes", async () => {
    const { embedder } = bench();
    const cache = new MemoryStore();
    await embedder({ apiKey: KEY, cache: { store: cache, namespace: "mine" } }).embed([TEXT, HAN]);
    const names = [...cache.entries.keys()];
    expect(names.every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
    const bytes = [...cache.entries.values()].map((value) => Buffer.from(value).toString("latin1"));
    expect(leaks([...names, ...bytes].join("\n"))).toEqual([]);
  });
});

describe("server messages", () => {
  it("describes a message if it is a known reason", async () => {
    const { embedder } = bench({
      faults: () => ({ status: 422, message: "Unrecognized request arguments supplied: dimensions" }),
    });
    const error = await rejection(embedder().embed([TEXT]));
    expect((error as Error).message).toContain("422 (it does not know the argument dimensions);");
  });

  it("omits a message that may quote the request", async () => {
    const { embedder } = bench({
      faults: () => ({ status: 422, message: `Bad: ${TEXT}`, code: "bad_text" }),
    });
    const error = await rejection(embedder().embed([TEXT]));
    expect((error as Error).message).toContain(
      "Together responded with 422 (its message is omitted: it may quote the request; a custom `fetch` can log it);",
    );
  });
});
