import type { Progress } from "../call-options.js";
import type { RawVector } from "../request/vector-check.js";
import { UsageTotal } from "../usage.js";
import { indexesOf } from "../validate-texts.js";

/** The different texts of a list, and the vectors that have arrived for them. Duplicate texts are embedded once. */
export class UniqueTexts<Vector extends RawVector = RawVector> {
  /** The different texts, as they are sent. */
  readonly texts: readonly string[];
  /** One for each of them; `undefined` until it has arrived. */
  readonly vectors: (Vector | undefined)[];
  readonly usage = new UsageTotal();
  readonly #first: number;
  readonly #convert: (vector: RawVector) => Vector;
  /** For each position, the index in the list of its first text. */
  readonly #firstIndexes: number[] = [];
  /** For each index in the list, the position of its text. */
  readonly #positions: readonly number[];
  /** For each position, the number of texts in the list that are equal to it. */
  readonly #counts: number[] = [];
  #done = 0;

  /**
   * @param first - The caller's index of the first text.
   * @param convert - Makes the caller's kind of vector. Called when a vector arrives, while others are in flight.
   */
  constructor(list: readonly string[], first: number, convert: (vector: RawVector) => Vector) {
    const positions = new Map<string, number>();
    this.#positions = list.map((text, index) => {
      const position = positions.get(text) ?? positions.size;
      if (position === positions.size) this.#firstIndexes.push(index);
      positions.set(text, position);
      this.#counts[position] = (this.#counts[position] ?? 0) + 1;
      return position;
    });
    this.#first = first;
    this.#convert = convert;
    this.texts = [...positions.keys()];
    this.vectors = Array.from({ length: positions.size });
  }

  /** Texts of the list that have their vector. */
  get done(): number {
    return this.#done;
  }

  /** Positions without a vector. */
  get missing(): number[] {
    return [...this.vectors.keys()].filter((position) => this.vectors[position] === undefined);
  }

  /** Stores vectors from the cache, one or none for each position. */
  setCached(vectors: readonly (RawVector | undefined)[]): void {
    vectors.forEach((vector, position) => {
      if (vector) this.setVectors([position], [vector]);
    });
  }

  setVectors(positions: readonly number[], vectors: readonly RawVector[]): void {
    positions.forEach((position, at) => {
      this.vectors[position] = this.#convert(vectors[at] as RawVector);
      this.#done += this.#counts[position] as number;
    });
  }

  /** Removes vectors of another length, after all have arrived. Returns how many. */
  removeOthers(length: number): number {
    const others = [...this.vectors.keys()].filter(
      (position) => (this.vectors[position] as Vector).length !== length,
    );
    for (const position of others) {
      this.vectors[position] = undefined;
      this.#done -= this.#counts[position] as number;
    }
    return others.length;
  }

  progress(): Progress {
    return { done: this.#done, total: this.#positions.length };
  }

  /** The caller's index of the first text at a position. */
  firstIndexOf(position: number): number {
    return this.#first + (this.#firstIndexes[position] as number);
  }

  /** The caller's indexes of all texts, duplicates included, for whose position a condition holds. */
  indexesWhere(holds: (position: number) => boolean): number[] {
    return indexesOf(this.#positions, holds, this.#first);
  }

  /** One vector for each text of the list. Duplicates get copies: LangGraph's store empties what it is given. */
  result(): Vector[] {
    const used = new Set<number>();
    return this.#positions.map((position) => {
      const vector = this.vectors[position] as Vector;
      if (used.has(position)) return vector.slice() as Vector;
      used.add(position);
      return vector;
    });
  }
}
