import { Embedder, Ranker, type EmbedderOptions, type RankerOptions } from "../../src/index.js";

export type Made = typeof Embedder | typeof Ranker;

/** What a constructor says is wrong with an option. */
export function complaint(options: object, made: Made = Embedder): string {
  const all = { model: "m", apiKey: "k", ...options } as EmbedderOptions & RankerOptions;
  try {
    return `nothing is wrong with ${new made(all).model}`;
  } catch (error) {
    return (error as Error).message;
  }
}
