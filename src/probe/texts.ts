/** The texts that the endpoint check sends. The check needs none of the user's texts. */

export const SENTENCES = ["Plants turn light into sugar.", "Rust eats iron in wet air."] as const;
export const PREFIX = "Represent this sentence for searching relevant passages: ";

export const QUERY = "What do plants make from light?";
/** The best document is neither the first nor the last. */
export const DOCUMENTS = [
  "The train leaves at noon.",
  "Rust eats iron in wet air.",
  "Plants turn light into sugar.",
  "Leaves are green, and plants need light.",
] as const;

/** Each word is one token in every known vocabulary. */
const WORDS = "river stone cloud green field light water house night paper train metal".split(" ");

/** Returns two texts that differ only beyond a limit of tokens. Both are 1.5 times as long as the limit. */
export function longTexts(limit: number): [string, string] {
  const words = Array.from({ length: Math.ceil(limit * 1.5) }, (_, index) => WORDS[index % WORDS.length]);
  const long = words.join(" ");
  return [`${long} ${"iron rust ".repeat(20)}`, `${long} ${"plants make sugar ".repeat(20)}`];
}

/** Returns short texts that are all different. */
export function manyTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `number ${index}`);
}
