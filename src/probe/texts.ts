/** What the probe sends: sentences of our own, so that nobody's texts are needed. */

export const SENTENCES = ["Plants turn light into sugar.", "Rust eats iron in wet air."] as const;
export const PREFIX = "Represent this sentence for searching relevant passages: ";

export const QUERY = "What do plants make from light?";
/** The best one is neither first nor last. */
export const DOCUMENTS = [
  "Trains wait for nobody.",
  "Rust eats iron in wet air.",
  "Plants turn light into sugar.",
  "Leaves are green, and plants need light.",
] as const;

/** One token each in every vocabulary that is known to us. */
const WORDS = "river stone cloud green field light water house night paper train metal".split(" ");

/** Two texts that differ only beyond a limit of tokens, which both exceed by half. */
export function longTexts(limit: number): [string, string] {
  const words = Array.from({ length: Math.ceil(limit * 1.5) }, (_, place) => WORDS[place % WORDS.length]);
  const long = words.join(" ");
  return [`${long} ${"iron rust ".repeat(20)}`, `${long} ${"plants make sugar ".repeat(20)}`];
}

/** Many texts, all different and as short as can be. */
export function manyTexts(count: number): string[] {
  return Array.from({ length: count }, (_, place) => `number ${place}`);
}
