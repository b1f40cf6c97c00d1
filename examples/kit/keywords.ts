/** Returns the indexes of the texts with the most words of a question, best first. Rare words count more. */
export function keywordSearch(question: string, texts: readonly string[], most: number): number[] {
  const sets = texts.map(wordsIn);
  const weights = [...wordsIn(question)].map((word) => {
    const holders = sets.filter((set) => set.has(word)).length;
    return { word, weight: Math.log((1 + texts.length) / (1 + holders)) };
  });
  const scores = sets.map((set) =>
    weights.reduce((sum, { word, weight }) => sum + (set.has(word) ? weight : 0), 0),
  );
  const places = [...scores.keys()].filter((place) => (scores[place] as number) > 0);
  return places
    .toSorted((left, right) => (scores[right] as number) - (scores[left] as number))
    .slice(0, most);
}

function wordsIn(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}-]+/gu));
}
