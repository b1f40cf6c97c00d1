/**
 * Servers that repeat received strings, encoded, in any string of a response. Two runs that differ only in key and
 * texts must have the same output. `fast-check` searches for pairs of runs with different outputs.
 */

import { inspect } from "node:util";
import * as fc from "fast-check";
import { vi } from "vitest";
import { describeFailure } from "../../src/core/errors/describe-failure.js";
import { unlessSent } from "../../src/core/errors/redact.js";
import { requestIdHeader } from "../../src/core/request/request-error.js";
import { readErrorBody, readRequestId } from "../../src/core/request/wire.js";
import { Embedder, Reranker, type TogetherEvent } from "../../src/index.js";
import { timed } from "./time.js";

const entities = (text: string): string =>
  Array.from(text)
    .map((character) => `&#${character.codePointAt(0)};`)
    .join("");
const unicodeEscapes = (text: string): string =>
  text.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const swapCase = (text: string): string =>
  Array.from(text)
    .map((letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))
    .join("");
const fullWidth = (text: string): string =>
  text.replaceAll(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

/** The encodings of a repeated string. The first one changes nothing. */
export const DISGUISES = {
  "as it is": (text: string) => text,
  "in another case": swapCase,
  "in NFD": (text: string) => text.normalize("NFD"),
  "without accents": (text: string) => text.normalize("NFD").replaceAll(/\p{M}/gu, ""),
  "with HTML escapes": entities,
  "with JSON escapes": unicodeEscapes,
  "with URL escapes": (text: string) => encodeURIComponent(text),
  "in base64": (text: string) => Buffer.from(text).toString("base64"),
  "in hexadecimal digits": (text: string) => Buffer.from(text).toString("hex"),
  reversed: (text: string) => Array.from(text).toReversed().join(""),
  spaced: (text: string) => Array.from(text).join(" "),
  "with zero-width characters": (text: string) => Array.from(text).join("\u200B"),
  "in full-width characters": fullWidth,
} satisfies Record<string, (text: string) => string>;

/** The text around the string: nothing, the form of an id, or wording that the client recognizes. */
const TEMPLATES: readonly ((repeated: string) => string)[] = [
  (repeated) => repeated,
  (repeated) => `Invalid input: "${repeated}"`,
  (repeated) => JSON.stringify({ input: [repeated] }),
  (repeated) => `\u202E${repeated}\u200B\u001B[31m`,
  (repeated) => `req_${repeated}`,
  (repeated) => `${repeated}-FRA`,
  (repeated) => `Bearer ${repeated}`,
  (repeated) =>
    `This model's maximum context length is ${repeated} tokens. However, you requested ${repeated} tokens`,
  (repeated) => `batch size ${repeated} > maximum allowed batch size ${repeated}`,
  (repeated) => `Requested ${repeated} tokens, max ${repeated} tokens per request`,
  (repeated) => `Your rate limit is ${repeated} queries per minute.`,
  (repeated) => `Unrecognized request arguments supplied: ${repeated}`,
  (repeated) => `Unable to access non-serverless model ${repeated}.`,
];

/** The places of the string. Delay headers and token counts are left out: the client uses these numbers. */
const PLACES = [
  "x-request-id",
  "cf-ray",
  "server",
  "x-ratelimit-limit",
  "content-language",
  "x-anything",
  "error.message",
  "error.code",
  "error.type",
  "error.param",
  "error_type",
  "error",
  "message",
  "detail",
  "id",
  "request_id",
  "model",
  "object",
  "whole body",
  "status text",
] as const;

/** One server: the repeated string, its form, and its place. */
export interface Reflection {
  readonly status: number;
  readonly place: (typeof PLACES)[number];
  readonly disguise: keyof typeof DISGUISES;
  readonly template: number;
  readonly repeats: "text" | "key";
}

/** The input of one run. */
export interface Secrets {
  readonly key: string;
  readonly text: string;
}

const DIGITS = "0123456789";
const HEX = "0123456789abcdef";
const WORD = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const over = (alphabet: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength, maxLength });

/** Draws two strings of one kind and one length. */
function twins(
  one: (length: number) => fc.Arbitrary<string>,
  min: number,
  max: number,
): fc.Arbitrary<[string, string]> {
  return fc.integer({ min, max }).chain((length) => fc.tuple(one(length), one(length)));
}

const uuid = over(HEX, 32).map((hex) => hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"));

/** Texts of one length: any characters, words, numbers, ids, and numbers in a server's wording. */
const texts: fc.Arbitrary<[string, string]> = fc
  .oneof(
    twins((length) => fc.string({ unit: "binary", minLength: length, maxLength: length }), 1, 24),
    twins((length) => over("äöüßéñçøåÄÖÜ abcxyz", length), 1, 24),
    twins((length) => over("客户的机密文本不得外传东京都", length), 1, 16),
    twins((length) => over(`${WORD} .-_`, length), 1, 40),
    twins((length) => over(DIGITS, length), 1, 12),
    twins((length) => over(HEX, length), 16, 64),
    fc.tuple(uuid, uuid),
    fc
      .tuple(over(HEX, 16), over(HEX, 16))
      .map(([one, other]) => [`${one}-FRA`, `${other}-SJC`] as [string, string]),
    twins((length) => over(DIGITS, length), 1, 8).map(
      (pair) =>
        pair.map((digits) => `This model's maximum context length is ${digits} tokens.`) as [string, string],
    ),
  )
  .filter((pair) => pair.every((text) => text.trim() !== "") && pair[0].length === pair[1].length);

const keys = fc.oneof(
  twins((length) => over(WORD, length).map((rest) => `tgp_v1_${rest}`), 20, 50),
  twins((length) => over(HEX, length), 32, 64),
  twins((length) => over(WORD, length), 8, 40),
);

/** Two runs that differ only in key and text. */
export const runs: fc.Arbitrary<readonly [Secrets, Secrets]> = fc
  .tuple(keys, texts)
  .map(([[key, otherKey], [text, otherText]]) => [
    { key, text },
    { key: otherKey, text: otherText },
  ]);

const STATUSES = [200, 400, 401, 402, 403, 404, 405, 413, 422, 429, 500, 503];

const pick = <Item>(list: readonly Item[], number: number): Item => list[number % list.length] as Item;

/** Draws servers, some per disguise. A number chooses the repeated string, the template, the place and the status. */
export function servers(perDisguise: number): fc.Arbitrary<readonly Reflection[]> {
  const disguises = Object.keys(DISGUISES) as (keyof typeof DISGUISES)[];
  const length = disguises.length * perDisguise;
  const max = STATUSES.length * PLACES.length * TEMPLATES.length * 2 - 1;
  return fc
    .array(fc.nat({ max }), { minLength: length, maxLength: length })
    .map((numbers) => numbers.map((number, index) => serverOf(number, pick(disguises, index))));
}

function serverOf(number: number, disguise: keyof typeof DISGUISES): Reflection {
  let rest = number;
  const next = <Item>(list: readonly Item[]): Item => {
    const item = pick(list, rest);
    rest = Math.floor(rest / list.length);
    return item;
  };
  const [place, template] = [next(PLACES), next([...TEMPLATES.keys()])];
  return { disguise, place, template, status: next(STATUSES), repeats: next(["text", "key"] as const) };
}

/** Returns a server per place and template, with each status in turn. */
export function serversOf(disguise: keyof typeof DISGUISES, repeats: "text" | "key"): Reflection[] {
  return PLACES.flatMap((place, at) =>
    TEMPLATES.map((_, template) => ({
      disguise,
      place,
      template,
      repeats,
      status: pick(STATUSES, at + template),
    })),
  );
}

interface Reflected {
  readonly headers: Headers;
  readonly body: unknown;
  readonly statusText: string;
}

/** Returns the server's response to one run. */
function respond({ status, place, disguise, template, repeats }: Reflection, secrets: Secrets): Reflected {
  const repeated = (TEMPLATES[template] as (repeated: string) => string)(
    DISGUISES[disguise](secrets[repeats]),
  );
  const isHeader = /-|^server$/.test(place);
  const headers = new Headers();
  // A header contains the UTF-8 bytes of other characters.
  const latin = Buffer.from(repeated)
    .toString("latin1")
    .replaceAll(/[^\t -~\u0080-\u00FF]/g, "");
  if (isHeader) headers.set(place, latin);
  const error = { message: "no", type: "x", code: null as unknown, param: null as unknown };
  const body: Record<string, unknown> = status === 200 ? { data: [], results: [] } : { error };
  if (place.startsWith("error.")) body["error"] = { ...error, [place.slice(6)]: repeated };
  else if (!isHeader && place !== "whole body" && place !== "status text") body[place] = repeated;
  return {
    headers,
    body: place === "whole body" ? repeated : body,
    statusText: place === "status text" ? latin.replaceAll(/[^ -~]/g, "") : "",
  };
}

/** Returns the error of one run, built by the functions that read and describe a response. */
export function describeReflected(reflection: Reflection, secrets: Secrets): string {
  const { headers, body } = respond(reflection, secrets);
  const sent = [secrets.key, secrets.text];
  const failure = {
    kind: "status",
    status: reflection.status === 200 ? 400 : reflection.status,
    body: readErrorBody(body),
    waitMs: undefined,
    requestId: unlessSent(requestIdHeader(headers) ?? readRequestId(body), sent),
  } as const;
  const context = {
    task: "embed 1 text",
    attempts: 1,
    model: "m",
    baseURL: "https://here.example/v1",
    timeout: 1,
  };
  const error = describeFailure(failure, context, sent);
  return `${error.message} ${JSON.stringify(error)}`;
}

const CONSOLE = ["log", "info", "warn", "error", "debug"] as const;

/**
 * Embeds a text, embeds it as a query and reranks with it. Returns all output: errors, events, logs, and the objects
 * themselves, without the sizes that the client computes from a text. Needs virtual time.
 */
export async function showReflected(reflection: Reflection, secrets: Secrets): Promise<string> {
  const shown: unknown[] = [];
  vi.spyOn(Math, "random").mockReturnValue(0);
  const spies = CONSOLE.map((name) =>
    vi.spyOn(console, name).mockImplementation((...args) => void shown.push(args)),
  );
  const fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const { headers, body, statusText } = respond(reflection, secrets);
    const fitting = reflection.status === 200 ? { ...Object(body), ...success(init?.body as string) } : body;
    const text = typeof fitting === "string" ? fitting : JSON.stringify(fitting);
    headers.set("content-type", "application/json");
    return new Response(text, { status: reflection.status, statusText, headers });
  };
  const onEvent = (event: TogetherEvent): void => void shown.push(event);
  const options = { apiKey: secrets.key, fetch, onEvent, maxRetries: 0, retryDeadline: 1 };
  const embedder = new Embedder({ model: "me/embedding", ...options });
  const reranker = new Reranker({ model: "me/rerank", ...options });
  const show = (error: unknown): void => void shown.push(error);
  const calls = Promise.all([
    embedder.embed([secrets.text]).catch(show),
    embedder.embedQuery(secrets.text).catch(show),
    reranker.rerank("a query", [secrets.text, "a document"], String).catch(show),
    reranker.rerank(secrets.text, ["a document"], String).catch(show),
  ]);
  await timed(calls);
  spies.forEach((spy) => spy.mockRestore());
  const all = inspect([...shown, embedder, reranker], { depth: Infinity, showHidden: true });
  return all
    .replaceAll(/estimatedTokens: \d+/g, "estimatedTokens")
    .replaceAll(/about \d+ tokens?/g, "some tokens")
    .replaceAll(/\n +at .*/g, "");
}

/** Returns the fields of a valid response. */
function success(request: string): object {
  const { input, documents = [] } = JSON.parse(request) as { input?: string[]; documents?: string[] };
  if (input) return { data: input.map((_, index) => ({ index, embedding: [1, 2] })) };
  return { results: documents.map((_, index) => ({ index, relevance_score: 0.5 })) };
}

/** Returns the encodings in which the output contains a secret, or eight characters of it. */
export function leaksOf(secret: string, shown: string): string[] {
  const searched = shown.toLowerCase();
  return Object.entries(DISGUISES)
    .filter(([, disguise]) => {
      const whole = disguise(secret).toLowerCase();
      const parts = Array.from({ length: Math.max(1, whole.length - 7) }, (_, at) => whole.slice(at, at + 8));
      return parts.some((part) => searched.includes(part));
    })
    .map(([name]) => name);
}
