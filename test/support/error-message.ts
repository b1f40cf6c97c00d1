import {
  Embedder,
  Reranker,
  type EmbedderOptions,
  type RerankerOptions,
  type TogetherError,
  type TogetherErrorCode,
} from "../../src/index.js";

export type Made = typeof Embedder | typeof Reranker;

/** Returns the end of every message: the place that explains its code. */
export function see(code: TogetherErrorCode): string {
  return ` (see together-retrieval/docs/reference/errors.md#${code})`;
}

/** Returns the message of a constructor's error, without the common end. */
export function errorMessage(options: object, made: Made = Embedder): string {
  const all = { model: "m", apiKey: "k", ...options } as EmbedderOptions & RerankerOptions;
  try {
    return `no error with the model ${new made(all).model}`;
  } catch (error) {
    return (error as TogetherError).message.replace(see("invalid_option"), "");
  }
}
