/** A vector that is near to another, by its index. */
export interface Near {
  readonly index: number;
  /** The cosine: 1 for the same direction, 0 for unrelated vectors. */
  readonly similarity: number;
}

/** Returns the vectors nearest to one, by cosine. It compares all of them: fast enough for tens of thousands. */
export function nearest(vector: Float32Array, vectors: readonly Float32Array[], most: number): Near[] {
  const near = vectors.map((other, index) => ({ index, similarity: cosine(vector, other) }));
  return near.toSorted((left, right) => right.similarity - left.similarity).slice(0, most);
}

function cosine(left: Float32Array, right: Float32Array): number {
  let [product, lengthOfLeft, lengthOfRight] = [0, 0, 0];
  for (let at = 0; at < left.length; at++) {
    const [a, b] = [left[at] as number, right[at] as number];
    product += a * b;
    lengthOfLeft += a * a;
    lengthOfRight += b * b;
  }
  return product / Math.sqrt(lengthOfLeft * lengthOfRight) || 0;
}
