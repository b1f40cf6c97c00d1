import { cannot, type TogetherError } from "../errors/together-error.js";
import { RequestError } from "../request/request-error.js";

/** What is known about the length of a model's vectors. */
export class VectorLength {
  readonly #known: number | undefined;
  #required: number | undefined;
  #isConfirmed = false;
  #cached: number | undefined;

  /**
   * @param set - The option `dimensions`.
   * @param known - That of the known model with this id.
   */
  constructor(set: number | undefined, known: number | undefined) {
    this.#required = set;
    this.#known = known;
  }

  /**
   * The length that every vector must have: as set, or as first received. A known model's is not enough: an endpoint
   * may run another model. That of a cached vector is not either: the server is right.
   */
  get required(): number | undefined {
    return this.#required;
  }

  /** The required length, once a response has had it. */
  get confirmed(): number | undefined {
    return this.#isConfirmed ? this.#required : undefined;
  }

  /** How long the vectors of the next response will be; `undefined` if nothing says so. */
  get expected(): number | undefined {
    return this.#required ?? this.#known;
  }

  /** How long the vectors are, as far as is known. */
  get best(): number | undefined {
    return this.#required ?? this.#cached ?? this.#known;
  }

  /**
   * Takes over the length of the vectors that the server sent.
   *
   * @throws {@link RequestError} if the option `dimensions` has another one, and no response has confirmed it.
   */
  received(length: number): void {
    this.#required ??= length;
    if (this.#required !== length) throw wrongDimensions(this.#required, length);
    this.#isConfirmed = true;
  }

  /** Takes over the length of vectors from the cache until the server responds. */
  cached(length: number | undefined): void {
    this.#cached = length ?? this.#cached;
  }
}

/** The error of a stream that has given vectors from the cache before the server sent others. */
export function mixedLengths(task: string, given: number, next: number): TogetherError {
  const problem = `the cache has vectors of ${given} dimensions, but the model's have ${next}`;
  return cannot("invalid_response", task, problem, "set `dimensions`, or another `namespace` for the cache");
}

/** The failure of a request whose vectors are sound, but not as long as the option `dimensions` says. */
function wrongDimensions(set: number, received: number): RequestError {
  const problem = `\`dimensions\` is ${set}, but the model returns vectors of length ${received}`;
  return new RequestError({ kind: "option", problem, fix: `set it to ${received}, or leave it out` });
}
