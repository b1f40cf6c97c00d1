/**
 * Describes why a server rejected a request, in words of this package: the server's may contain secrets. Pure.
 */

import type { ErrorBody } from "./failure.js";
import { contains, knownCode, repeats, repeatsNumber, type SentStrings } from "./redact.js";

/**
 * Words of servers and their meanings. A group of a pattern is a limit, or one of several words. It is optional: a
 * pattern matches anything there, and `describe` receives an empty string for a hidden value.
 */
type Reason = readonly [words: RegExp, describe: (group: string) => string];

/** A complete number: separated digits of a text do not match. */
const LIMIT = String.raw`(\d+)(?=(?:\.0)?[.,:)\]]{0,2}(?: [a-z(-]|$))`;

/**
 * The first match counts. Sources: Together's messages in public issues (2024 to 2026); the source of vLLM and
 * text-embeddings-inference; the API references of OpenAI, Voyage, Cohere, Google and DashScope (2026-11).
 */
const REASONS: readonly Reason[] = [
  limit(
    "texts per request",
    "(?:maximum allowed batch size|array with maximum length|batch size limit is|batch size is invalid, it should not be larger than|number of (?:texts|inputs|documents) must be at most)(?: N)?",
    "(?:at most N )?requests can be in one batch",
  ),
  limit(
    "tokens per request",
    "(?:max N )?tokens per request|(?:allowed tokens per submitted batch is|maximum allowed batch tokens)(?: N)?",
  ),
  limit(
    "tokens per text",
    String.raw`(?:maximum context length (?:is|of)|inputs?\W{0,2} must have less than)(?: N)?`,
    String.raw`input length should be(?: \[\d+, N)?|available context size(?: \(N)?`,
  ),
  [/exceeds? the (?:model's )?(?:maximum )?context length/i, () => "a text exceeds the context length"],
  limit("requests per minute", "rate limit (?:for this model )?is(?: N)?"),
  [
    /unrecognized request arguments? supplied(?:: (user|dimensions|encoding_format|top_n|return_documents|rank_fields)\b)?|extra (?:inputs|fields) (?:are )?not permitted/i,
    (name) => `it does not know ${name === "" ? "an argument of the request" : `the argument ${name}`}`,
  ],
  [/does not support matryoshka/i, () => "the number of dimensions of this model is fixed"],
  [/unable to access non-serverless model/i, () => "the model needs a dedicated endpoint"],
  [/dedicated endpoint for /i, () => "the dedicated endpoint is not running"],
  [/^the model [`']|unable to access model/i, () => "it has no such model"],
  [
    /does not support (?:the )?embeddings?|not an embedding model|is of type rerank, not embedding/i,
    () => "the model creates no embeddings",
  ],
  [
    /does not support (?:the )?(?:re-?rank|score)|is of type embedding, not rerank/i,
    () => "the model does not rerank",
  ],
  [/credit limit exceeded/i, () => "the credit limit is exceeded"],
  [/spending limit/i, () => "the spending limit is reached"],
  [/exceeded your current quota/i, () => "the quota is used up"],
  [/(?:cannot|must not|should not|can't) be (?:blank|empty)/i, () => "it rejects empty texts"],
];

/** Words about a limit. `N` is the place of the number. */
function limit(unit: string, ...words: string[]): Reason {
  const pattern = new RegExp(words.join("|").replaceAll("N", LIMIT), "i");
  return [
    pattern,
    (number) => (number === "" ? `it limits ${unit}` : `it accepts at most ${number} ${unit}`),
  ];
}

/** Statuses after which the server's words are not shown: the key is unknown, or the failure is the server's. */
const UNQUOTED = new Set([401, 408, 409, 425]);

/** Statuses whose own explanation is complete if the server's reason is unknown. */
const EXPLAINED = new Set([402, 429]);

const OMITTED = " (its message is omitted: it may quote the request; a custom `fetch` can log it)";

/**
 * Returns the server's reason for the middle of a sentence: a known code, and a known reason. Anything else is omitted.
 *
 * @param sent - A reason or a number that is in it is omitted.
 */
export function describeReason(status: number, { message, code }: ErrorBody, sent: SentStrings): string {
  const known = knownCode(code);
  const name = known === "" || repeats([known], sent) ? "" : ` [${known}]`;
  if (status < 400 || status > 499 || UNQUOTED.has(status)) return name;
  const reason = findReason(message, sent);
  if (reason !== undefined) return `${name} (${reason})`;
  return EXPLAINED.has(status) ? name : name + OMITTED;
}

function findReason(message: string, sent: SentStrings): string | undefined {
  for (const [words, describe] of REASONS) {
    const found = words.exec(message);
    if (!found) continue;
    if (contains(sent, words)) return undefined;
    const group = found.slice(1).find(Boolean)?.toLowerCase() ?? "";
    return describe(group !== "" && isOwn(group, sent) ? group : "");
  }
  return undefined;
}

function isOwn(group: string, sent: SentStrings): boolean {
  return /^\d/.test(group) ? isLimit(group, sent) : !repeats([group], sent);
}

/**
 * Whether a number is one that people choose as a limit, such as 96, 512 or 300,000, and is in no text. Models with one
 * or two special tokens have 8191 or 514.
 */
function isLimit(digits: string, sent: SentStrings): boolean {
  const isRound = /^[1-9]\d?0{0,5}$/.test(digits);
  const isPowerOfTwo = [-2, 0, 1].some((special) => (Number(digits) + special) % 128 === 0);
  return /^[1-9]\d{0,6}$/.test(digits) && (isRound || isPowerOfTwo) && !repeatsNumber(digits, sent);
}

/** Returns a delay for a message, unless its number is in a text: a server may put one into a header. */
export function describeDelay(waitMs: number | undefined, sent: SentStrings): string {
  if (waitMs === undefined) return "";
  const seconds = String(Math.ceil(waitMs / 1000));
  const isShown = seconds.length <= 5 && !repeatsNumber(seconds, sent);
  return isShown ? ` and asks for a delay of ${seconds} s` : " and asks for a delay";
}
