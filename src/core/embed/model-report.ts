import type { Emit } from "../events.js";
import type { ResolvedEmbedder } from "../options/resolve-options.js";

/** Reports once that the model is not known. */
export class ModelReport {
  readonly #emit: Emit;
  #isDue: boolean;

  /** @param options - `queryPrefix` is `undefined` only for an unknown model. */
  constructor({ queryPrefix }: Pick<ResolvedEmbedder, "queryPrefix">, emit: Emit) {
    this.#emit = emit;
    this.#isDue = queryPrefix === undefined;
  }

  /** Emits the event, unless the model is known or the event was emitted before. */
  send(): void {
    if (!this.#isDue) return;
    this.#isDue = false;
    this.#emit({ type: "model-unknown" });
  }
}
