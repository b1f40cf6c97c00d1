import {
  Embedder,
  Reranker,
  type EmbedderOptions,
  type RerankerOptions,
  type TogetherError,
  type TogetherErrorCode,
} from "../../src/index.js";

export type Made = typeof Embedder | typeof Reranker;

/** How every message ends: with the place where its code is explained. */
export function see(code: TogetherErrorCode): string {
  return ` (see together-retrieval/docs/reference/errors.md#${code})`;
}

/** What a constructor says is wrong with an option, without the end that all messages share. */
export function complaint(options: object, made: Made = Embedder): string {
  const all = { model: "m", apiKey: "k", ...options } as EmbedderOptions & RerankerOptions;
  try {
    return `nothing is wrong with ${new made(all).model}`;
  } catch (error) {
    return (error as TogetherError).message.replace(see("invalid_option"), "");
  }
}
