// CJK Radicals Supplement: from this character on, tokenizers produce about one token per character.
const FIRST_DENSE_CHARACTER = 0x2e80;
const CHARACTERS_PER_TOKEN = 4;

/** Estimates the tokens in a text. Returns at least 1. */
export function countTokens(text: string): number {
  let dense = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= FIRST_DENSE_CHARACTER) dense++;
  return Math.max(1, Math.ceil((text.length - dense) / CHARACTERS_PER_TOKEN) + dense);
}

/** Truncates a text to at most `maxTokens` estimated tokens. */
export function truncate(text: string, maxTokens: number): string {
  if (text.length <= maxTokens) return text;
  let budget = maxTokens * CHARACTERS_PER_TOKEN;
  let at = 0;
  for (; at < text.length && budget > 0; at++) {
    budget -= text.charCodeAt(at) >= FIRST_DENSE_CHARACTER ? CHARACTERS_PER_TOKEN : 1;
  }
  return text.slice(0, at);
}
