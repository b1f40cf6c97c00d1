/** Quotes a server's message in an error, without the API key and without any text that was sent. Pure. */

import type { ErrorBody } from "./failure.js";

/** Length of a run of characters that gives a text away. Shorter runs are in a message by coincidence. */
const MIN_LEAK_LENGTH = 12;
const MAX_QUOTE_LENGTH = 300;

/** Length of all secrets, in characters, that can be searched in some tenths of a second. */
const MAX_SEARCHED_LENGTH = 2_000_000;

/**
 * Returns the server's code and message, for the middle of a sentence; empty if the server sent neither.
 *
 * @param secrets - What must not be quoted.
 */
export function quoteServerMessage({ message, code }: ErrorBody, secrets: readonly string[]): string {
  const quote = message
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, MAX_QUOTE_LENGTH)
    .toWellFormed();
  const name = /^[\w.-]{1,60}$/.test(code) && !containsSecret(code, secrets) ? ` [${code}]` : "";
  if (quote === "") return name;
  return containsSecret(quote, secrets)
    ? `${name} (its message is omitted: it may quote the request)`
    : `${name} ("${quote}")`;
}

/** Whether a message contains a whole secret or a run of a longer one, as it is or escaped as in JSON. */
function containsSecret(message: string, secrets: readonly string[]): boolean {
  const characters = secrets.reduce((sum, secret) => sum + secret.length, 0);
  if (characters > MAX_SEARCHED_LENGTH) return true;
  const searched = `${normalize(message)}\n${normalize(unescapeJson(message))}`;
  const runs = new Set<string>();
  for (let start = 0; start + MIN_LEAK_LENGTH <= searched.length; start++) {
    runs.add(searched.slice(start, start + MIN_LEAK_LENGTH));
  }
  return secrets.some((secret) => {
    const plain = normalize(secret);
    if (plain.length <= MIN_LEAK_LENGTH) return plain.length > 2 && searched.includes(plain);
    for (let start = 0; start + MIN_LEAK_LENGTH <= plain.length; start++) {
      if (runs.has(plain.slice(start, start + MIN_LEAK_LENGTH))) return true;
    }
    return false;
  });
}

function normalize(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().toLowerCase();
}

function unescapeJson(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})|\\(.)/gi, (_, code?: string, character = "") =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : /[bfnrt]/.test(character) ? " " : character,
  );
}
