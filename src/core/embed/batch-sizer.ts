/** How large the requests of one embedder may be, as far as is known now. */

import type { ResolvedEmbedder } from "../options/resolve-options.js";
import { INITIAL_CONCURRENCY } from "../rate-limit/concurrency-window.js";
import type { Api } from "../request/api.js";
import { AcceptedSize, type BatchLimits } from "../request/batch.js";
import { maxTextsPerResponse } from "../request/response-limits.js";
import { batchLimits } from "./batch-size.js";
import type { VectorLength } from "./vector-length.js";

export class BatchSizer {
  readonly acceptedSize = new AcceptedSize();
  /** The encoding to request. It becomes `"float"` if the server rejects base64. */
  readonly encoding: { format: "base64" | "float" };
  readonly #batchSize: number | undefined;
  readonly #api: Pick<Api, "limit" | "concurrency">;
  readonly #length: VectorLength;

  constructor(
    { batchSize, encodingFormat }: Pick<ResolvedEmbedder, "batchSize" | "encodingFormat">,
    api: Pick<Api, "limit" | "concurrency">,
    length: VectorLength,
  ) {
    this.encoding = { format: encodingFormat };
    this.#batchSize = batchSize;
    this.#api = api;
    this.#length = length;
  }

  /** Texts in a chunk of a stream. */
  get chunkSize(): number {
    return this.#limits(0).texts;
  }

  /**
   * Returns a function that returns the limits of the list's next batch. They can change while the list is sent.
   *
   * @param texts - How many texts of the list are sent.
   */
  limitsFor(texts: number): () => BatchLimits {
    const share = Math.ceil(texts / Math.max(INITIAL_CONCURRENCY, this.#api.concurrency));
    return () => this.#limits(share);
  }

  /** @param share - Texts per request if all requests of the list were in flight at once. */
  #limits(share: number): BatchLimits {
    const { texts, tokens } = batchLimits(this.#batchSize, this.#api.limit, share);
    // The response must fit into the memory.
    const fitting = maxTextsPerResponse(this.#length.expected, this.encoding.format);
    return this.acceptedSize.within({ texts: Math.min(texts, fitting), tokens });
  }
}
