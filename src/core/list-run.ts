import { Bill } from "./bill.js";
import type { Progress } from "./call.js";
import { normalize } from "./vectors.js";
import type { RawVector } from "./wire.js";

/** A list being embedded: its different texts, the vectors that came so far, and what they cost. */
export class ListRun {
  /** The different texts, as they are sent. */
  readonly texts: readonly string[];
  readonly vectors: (RawVector | undefined)[];
  /** What its requests cost. */
  readonly bill = new Bill();
  readonly #first: number;
  /** For each place, the index in the list of the first text that stands there. */
  readonly #firstIndexes: number[] = [];
  readonly #placeOf: Int32Array;
  readonly #shares: Int32Array;
  #done = 0;

  constructor(list: readonly string[], first: number) {
    const places = new Map<string, number>();
    this.#placeOf = new Int32Array(list.length);
    list.forEach((text, index) => {
      const place = places.get(text) ?? places.size;
      if (place === places.size) this.#firstIndexes.push(index);
      places.set(text, place);
      this.#placeOf[index] = place;
    });
    this.#first = first;
    this.texts = [...places.keys()];
    this.vectors = Array.from({ length: places.size });
    this.#shares = new Int32Array(places.size);
    for (const place of this.#placeOf) this.#shares[place] = (this.#shares[place] as number) + 1;
  }

  /** The caller's texts that have their vector. */
  get done(): number {
    return this.#done;
  }

  /** Takes what the cache knew. */
  fill(vectors: readonly (RawVector | undefined)[]): void {
    vectors.forEach((vector, place) => {
      if (vector) this.place([place], [vector]);
    });
  }

  place(places: readonly number[], vectors: readonly RawVector[]): void {
    places.forEach((place, at) => {
      this.vectors[place] = vectors[at];
      this.#done += this.#shares[place] as number;
    });
  }

  progress(): Progress {
    return { done: this.#done, total: this.#placeOf.length };
  }

  /** The caller's index of the first text that stands at a place. */
  firstIndexOf(place: number): number {
    return this.#first + (this.#firstIndexes[place] as number);
  }

  /** One vector for each of the caller's texts. Equal texts get copies: LangGraph's store empties what it is given. */
  result(scaled: boolean): RawVector[] {
    if (scaled) for (const vector of this.vectors) normalize(vector as RawVector);
    const given = new Uint8Array(this.vectors.length);
    return Array.from(this.#placeOf, (place) => {
      const vector = this.vectors[place] as RawVector;
      if (given[place] === 1) return vector.slice();
      given[place] = 1;
      return vector;
    });
  }
}
