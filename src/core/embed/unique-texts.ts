import { UsageTotal } from "../usage.js";
import type { Progress } from "../call-options.js";
import type { RawVector } from "../request/wire.js";

/** A list being embedded: its different texts, the vectors that came so far, and what they cost. */
export class ListRun<Vector extends RawVector = RawVector> {
  /** The different texts, as they are sent. */
  readonly texts: readonly string[];
  readonly vectors: (Vector | undefined)[];
  /** What its requests cost. */
  readonly bill = new UsageTotal();
  readonly #first: number;
  readonly #form: (vector: RawVector) => Vector;
  /** For each place, the index in the list of the first text that stands there. */
  readonly #firstIndexes: number[] = [];
  readonly #placeOf: Int32Array;
  readonly #shares: Int32Array;
  #done = 0;

  /**
   * @param first - The caller's index of the first text.
   * @param form - Makes of a vector what is wanted: as soon as it came, while others are still under way.
   */
  constructor(list: readonly string[], first: number, form: (vector: RawVector) => Vector) {
    const places = new Map<string, number>();
    this.#placeOf = new Int32Array(list.length);
    list.forEach((text, index) => {
      const place = places.get(text) ?? places.size;
      if (place === places.size) this.#firstIndexes.push(index);
      places.set(text, place);
      this.#placeOf[index] = place;
    });
    this.#first = first;
    this.#form = form;
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
      this.vectors[place] = this.#form(vectors[at] as RawVector);
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
  result(): Vector[] {
    const given = new Uint8Array(this.vectors.length);
    return Array.from(this.#placeOf, (place) => {
      const vector = this.vectors[place] as Vector;
      if (given[place] === 1) return vector.slice() as Vector;
      given[place] = 1;
      return vector;
    });
  }
}
