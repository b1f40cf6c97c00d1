import { cannot, type TogetherError } from "../errors/together-error.js";
import { embeddingModel } from "../models.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { RequestError } from "../request/request-error.js";

/** The options that say how long the vectors are. */
type LengthOptions = Pick<ResolvedEmbedder, "model" | "baseModel" | "dimensions">;

/** The known length of a model's vectors. */
export class VectorLength {
  readonly #options: LengthOptions;
  readonly #known: number | undefined;
  #required: number | undefined;
  #isConfirmed = false;
  #cached: number | undefined;

  constructor(options: LengthOptions) {
    const { model, baseModel, dimensions } = options;
    this.#options = options;
    this.#known = embeddingModel(model)?.dimensions;
    this.#required =
      dimensions ?? (baseModel === undefined ? undefined : embeddingModel(baseModel)?.dimensions);
  }

  /**
   * The length that every vector must have: as set, that of `baseModel`, or as first received. An endpoint may have the
   * `model` name of another model, and the server has priority over cached vectors.
   */
  get required(): number | undefined {
    return this.#required;
  }

  /** The required length, after a response with that length. */
  get confirmed(): number | undefined {
    return this.#isConfirmed ? this.#required : undefined;
  }

  /** The expected length of the vectors of the next response; `undefined` if it is unknown. */
  get expected(): number | undefined {
    return this.#required ?? this.#known;
  }

  /** The length of the vectors, as far as it is known. */
  get best(): number | undefined {
    return this.#required ?? this.#cached ?? this.#known;
  }

  /**
   * Records the length of the vectors that the server sent.
   *
   * @throws {@link RequestError} if `dimensions` or `baseModel` has another one, and no response has confirmed it.
   */
  received(length: number): void {
    this.#required ??= length;
    if (this.#required !== length) throw wrongDimensions(this.#options, this.#required, length);
    this.#isConfirmed = true;
  }

  /** Records the length of vectors from the cache until the server responds. */
  cached(length: number | undefined): void {
    this.#cached = length ?? this.#cached;
  }
}

/** The error of a stream that yielded vectors from the cache before the server sent longer or shorter ones. */
export function mixedLengths(task: string, given: number, next: number): TogetherError {
  const problem = `the cache has vectors of ${given} dimensions, but the model's have ${next}`;
  return cannot("invalid_response", task, problem, "set `dimensions`, or another `namespace` for the cache");
}

/** The failure of a request whose vectors are valid, but not as long as the options require. */
function wrongDimensions(
  { dimensions, baseModel }: LengthOptions,
  required: number,
  received: number,
): RequestError {
  const returned = `the model returns vectors of length ${received}`;
  const [problem, fix] =
    dimensions === undefined
      ? [
          `\`baseModel\` is "${baseModel}", which has ${required} dimensions, but ${returned}`,
          `set it to the model that runs there, or set \`dimensions\` to ${received}`,
        ]
      : [`\`dimensions\` is ${required}, but ${returned}`, `set it to ${received}, or leave it out`];
  return new RequestError({ kind: "option", problem, fix });
}
