import { createEmulator, type Emulator, type EmulatorOptions } from "../../src/emulator/index.js";
import {
  Embedder,
  Reranker,
  type EmbedderOptions,
  type RerankerOptions,
  type TogetherEvent,
} from "../../src/index.js";

/** Small models keep the tests fast. Their ids are unknown, so no defaults apply. */
export const EMBEDDING = "me/embedding";
export const RERANK = "me/rerank";
export const KEY = "key-of-the-tests";

/** A server, its clients, and their events. */
export interface Bench {
  readonly emulator: Emulator;
  readonly events: TogetherEvent[];
  readonly embedder: (options?: Partial<EmbedderOptions>) => Embedder;
  readonly reranker: (options?: Partial<RerankerOptions>) => Reranker;
  /** The bodies of the requests so far. */
  readonly bodies: () => RequestBody[];
}

/** The body of a request. */
export interface RequestBody {
  readonly model: string;
  readonly input: string[];
  readonly encoding_format?: string;
  readonly query: string;
  readonly documents: string[];
  readonly top_n?: number;
}

/** Creates an emulator and its clients. A new emulator per test, so that no tests share a rate limiter. */
export function bench(options: EmulatorOptions = {}): Bench {
  const emulator = createEmulator({
    models: {
      [EMBEDDING]: { type: "embedding", dimensions: 4 },
      [RERANK]: { type: "rerank" },
    },
    embed: (list) => list.map(vectorOf),
    rank: (_, documents) => documents.map(scoreOf),
    ...options,
  });
  const events: TogetherEvent[] = [];
  const shared = {
    apiKey: KEY,
    fetch: emulator.fetch,
    onEvent: (event: TogetherEvent) => events.push(event),
  };
  return {
    emulator,
    events,
    embedder: (own) => new Embedder({ model: EMBEDDING, ...shared, ...own }),
    reranker: (own) => new Reranker({ model: RERANK, ...shared, ...own }),
    bodies: () => emulator.requests.map(({ body }) => body as RequestBody),
  };
}

/** Returns the vector of a text in the bench: unique per text, and exact in float32. */
export function vectorOf(text: string): number[] {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place++) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  }
  return [1, (hash & 0xfff) / 16, ((hash >>> 12) & 0xfff) / 16, (hash >>> 24) / 16 - 8];
}

/** Returns the score of a document in the bench: the number in its text, or 0 (never -0, which JSON lacks). */
export function scoreOf(document: string): number {
  return Number(/-?\d+(\.\d+)?/.exec(document)?.[0] ?? 0) || 0;
}

/** Returns `text 0`, `text 1` ... */
export function texts(amount: number, prefix = "text"): string[] {
  return Array.from({ length: amount }, (_, index) => `${prefix} ${index}`);
}

/** Returns vectors as plain numbers, to compare with {@link vectorOf}. */
export function plain(vectors: readonly ArrayLike<number>[]): number[][] {
  return vectors.map((vector) => Array.from(vector));
}

/** Returns the events of one type. */
export function only<Type extends TogetherEvent["type"]>(
  events: readonly TogetherEvent[],
  type: Type,
): Extract<TogetherEvent, { type: Type }>[] {
  return events.filter((event): event is Extract<TogetherEvent, { type: Type }> => event.type === type);
}

/** Returns the reason of a rejected promise. Throws if it fulfills. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("the promise was expected to reject");
    },
    (error: unknown) => error,
  );
}
