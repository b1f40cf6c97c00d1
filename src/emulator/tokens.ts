// From here on come scripts that tokenizers cut into about one token a character.
const FIRST_DENSE_CHARACTER = 0x2e80;
const CHARACTERS_PER_TOKEN = 4;

/** An estimate of the tokens in a text, at least 1. */
export function countTokens(text: string): number {
  let dense = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) >= FIRST_DENSE_CHARACTER) dense++;
  return Math.max(1, Math.ceil((text.length - dense) / CHARACTERS_PER_TOKEN) + dense);
}

/** The beginning of a text that fits into so many tokens, as a server cuts that truncates silently. */
export function firstTokens(text: string, most: number): string {
  if (text.length <= most) return text;
  let budget = most * CHARACTERS_PER_TOKEN;
  let at = 0;
  for (; at < text.length && budget > 0; at++) {
    budget -= text.charCodeAt(at) >= FIRST_DENSE_CHARACTER ? CHARACTERS_PER_TOKEN : 1;
  }
  return text.slice(0, at);
}
