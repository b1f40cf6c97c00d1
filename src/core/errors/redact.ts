/** What a server says of a refusal, as far as an error may repeat it: neither a key nor anybody's text. Pure. */

import type { ErrorBody } from "./failure.js";

/** Longer runs of a text than this are not quoted back by accident. */
const TELLTALE = 12;
const LONGEST_QUOTE = 300;

/** Characters that are searched for a quotation, some tenths of a second's worth; beyond, the message is left out. */
const MOST_SEARCHED = 2_000_000;

/**
 * The server's code and words, for the middle of a sentence; empty if it says nothing.
 *
 * @param secrets - What must not be repeated.
 */
export function quoteServerMessage({ message, code }: ErrorBody, secrets: readonly string[]): string {
  const said = message
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, LONGEST_QUOTE)
    .toWellFormed();
  const name = /^[\w.-]{1,60}$/.test(code) && !containsSecret(code, secrets) ? ` [${code}]` : "";
  if (said === "") return name;
  return containsSecret(said, secrets)
    ? `${name} (its message may quote what was sent and is left out)`
    : `${name} ("${said}")`;
}

/** Whether a message has a secret in it whole, or a telltale run of a longer one, plainly or escaped as in JSON. */
function containsSecret(message: string, secrets: readonly string[]): boolean {
  const characters = secrets.reduce((sum, secret) => sum + secret.length, 0);
  if (characters > MOST_SEARCHED) return true;
  const said = `${comparable(message)}\n${comparable(unescaped(message))}`;
  const runs = new Set<string>();
  for (let start = 0; start + TELLTALE <= said.length; start++) runs.add(said.slice(start, start + TELLTALE));
  return secrets.some((secret) => {
    const plain = comparable(secret);
    if (plain.length <= TELLTALE) return plain.length > 2 && said.includes(plain);
    for (let start = 0; start + TELLTALE <= plain.length; start++) {
      if (runs.has(plain.slice(start, start + TELLTALE))) return true;
    }
    return false;
  });
}

function comparable(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim().toLowerCase();
}

function unescaped(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})|\\(.)/gi, (_, code?: string, character = "") =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : /[bfnrt]/.test(character) ? " " : character,
  );
}
