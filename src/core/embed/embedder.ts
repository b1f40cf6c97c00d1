/** Texts into vectors: as many as texts, in their order, each one checked. */

import { linkedAbortController } from "../abort.js";
import { Batches, BatchSize, type Batch } from "./batch-queue.js";
import type { CallOptions } from "../call-options.js";
import { VectorCache } from "./vector-cache.js";
import { emitter, type Emit, type TokenUsage } from "../events.js";
import { ListJob, type VectorParcel } from "./embed-run.js";
import { ListRun } from "./unique-texts.js";
import { countTokens } from "../tokens.js";
import { embeddingModel } from "../models.js";
import type { EmbedderOptions } from "../options/options.js";
import { resolveEmbedder, type ResolvedEmbedder } from "../options/resolve-options.js";
import { Sender } from "../request/api.js";
import { chunks } from "./chunk-stream.js";
import { checkText, checkTexts, embedTask, indexesOf } from "../validate-texts.js";
import type { Lane } from "../rate-limit/rate-limiter.js";
import { normalized, toFloat32 } from "./vectors.js";
import {
  embeddingsRequest,
  maxEmbeddingBytes,
  readEmbeddings,
  readUsage,
  type RawVector,
} from "../request/wire.js";

/** The vectors of a list. */
export interface Embeddings<Vector = Float32Array> {
  /** One for each text, in the order of the texts; equal texts have equal vectors, each its own. */
  readonly vectors: Vector[];
  /** Summed over the requests. Texts from the cache cost nothing. */
  readonly usage: TokenUsage;
}

/** One vector of a stream. */
export interface StreamedEmbedding {
  /** Index of its text in the source. */
  readonly index: number;
  /** As long as all others of the stream. */
  readonly vector: Float32Array;
}

/**
 * Embeds texts with one of Together's models, free of any framework.
 *
 * Batches, order, the rate limit, retries and checks are taken care of. All embedders with the same `fetch`, origin,
 * key and model share one throttle.
 *
 * @example
 * ```ts
 * import { Embedder } from "together-retrieval";
 *
 * const embedder = new Embedder({ model: "BAAI/bge-large-en-v1.5" });
 * const { vectors, usage } = await embedder.embed(["Plants turn light into sugar.", "Rust never sleeps."]);
 * console.log(vectors.length, usage.totalTokens > 0); // 2 true
 * ```
 */
export class Embedder {
  /** The model whose vectors these are. */
  readonly model: string;
  readonly #options: ResolvedEmbedder;
  readonly #emit: Emit;
  readonly #sender: Sender;
  readonly #size: BatchSize;
  readonly #cache: VectorCache | undefined;
  #encoding: "base64" | "float";
  #learnedDimensions: number | undefined;

  /**
   * @param options - Only `model` is required.
   * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
   */
  constructor(options: EmbedderOptions, name = "Embedder") {
    this.#options = resolveEmbedder(options, name);
    this.model = this.#options.model;
    this.#emit = emitter(this.#options.onEvent, { operation: "embed", model: this.model });
    this.#sender = new Sender(this.#options, this.#emit);
    this.#size = new BatchSize(this.#options.batchSize);
    this.#cache = this.#options.cache && new VectorCache(this.#options, this.#options.cache, this.#emit);
    this.#encoding = this.#options.encodingFormat;
  }

  /** The length of the vectors: as set, as received, or as known of the model; otherwise `undefined`. */
  get dimensions(): number | undefined {
    return this.#expectedDimensions ?? embeddingModel(this.model)?.dimensions;
  }

  /** What every answer is held to. What the model is known for is no promise of the user's own endpoint. */
  get #expectedDimensions(): number | undefined {
    return this.#options.dimensions ?? this.#learnedDimensions;
  }

  /**
   * Embeds documents, one vector each, in the order given, whatever order the API answers in.
   *
   * An empty list makes no request. Equal texts travel once.
   *
   * @throws {@link TogetherError} if a text cannot be sent, naming all such (no request is made then), or if a
   * request fails for good: then no vector is returned, but the cache keeps what had arrived.
   * @throws the signal's reason if it is aborted.
   */
  embed(texts: readonly string[], options: CallOptions = {}): Promise<Embeddings> {
    return this.embedAs(toFloat32, texts, options);
  }

  /**
   * Embeds a query: with the model's query prefix, ahead of all documents that wait, past the cache.
   *
   * @throws as {@link Embedder.embed} does.
   */
  embedQuery(text: string, options: CallOptions = {}): Promise<{ vector: Float32Array; usage: TokenUsage }> {
    return this.embedQueryAs(toFloat32, text, options);
  }

  /**
   * Embeds a source of any length, in bounded memory: it reads no more ahead than it can send, and yields in order.
   *
   * Leaving the loop stops everything and closes the source. A source that pauses does not hold back what it gave.
   *
   * @param source - Texts, from an array, a generator, a file's lines, a database cursor.
   * @throws as {@link Embedder.embed} does, and whatever the source throws.
   */
  async *embedStream(
    source: Iterable<string> | AsyncIterable<string>,
    options: CallOptions = {},
  ): AsyncGenerator<StreamedEmbedding, void, undefined> {
    const { controller, unlink } = linkedAbortController(options.signal);
    const size = (): number => this.#size.limits(this.#sender.limit).texts;
    const stream = chunks(source, {
      size,
      ahead: this.#options.maxConcurrency,
      signal: controller.signal,
      task: `embed a stream with "${this.model}"`,
      run: (texts, first) =>
        this.#embedList(texts, { lane: "documents", form: toFloat32, first }, { signal: controller.signal }),
    });
    let done = 0;
    try {
      for await (const { result, read } of stream) {
        options.onProgress?.({ done: done + result.vectors.length, total: read });
        for (const vector of result.vectors) {
          options.signal?.throwIfAborted();
          yield { index: done++, vector };
        }
      }
    } finally {
      controller.abort();
      unlink();
    }
  }

  /** @internal What {@link Embedder.embed} does, in the form that a framework wants its vectors in. */
  embedAs<Vector extends RawVector>(
    form: (vector: RawVector) => Vector,
    texts: readonly string[],
    options: CallOptions = {},
  ): Promise<Embeddings<Vector>> {
    return this.#embedList(texts, { lane: "documents", form }, options);
  }

  /** @internal What {@link Embedder.embedQuery} does, in the form that a framework wants its vectors in. */
  async embedQueryAs<Vector extends RawVector>(
    form: (vector: RawVector) => Vector,
    text: string,
    options: CallOptions = {},
  ): Promise<{ vector: Vector; usage: TokenUsage }> {
    const checked = checkText(text, `embed a query with "${this.model}"`, "query");
    const wanted = { lane: "query", form, wasRepaired: checked.repaired } as const;
    const { vectors, usage } = await this.#embedList([checked.text], wanted, options);
    return { vector: vectors[0] as Vector, usage };
  }

  async #embedList<Vector extends RawVector>(
    list: readonly string[],
    wanted: Wanted<Vector>,
    options: CallOptions,
  ): Promise<Embeddings<Vector>> {
    options.signal?.throwIfAborted();
    const { run, tokens } = this.#begin(list, wanted);
    if (run.texts.length > 0) await this.#complete(run, tokens, wanted.lane, options);
    return { vectors: run.result(), usage: run.bill.usage() };
  }

  /** Checks texts and makes of them what is sent, each with its tokens. */
  #begin<Vector extends RawVector>(
    list: readonly string[],
    { lane, form, first = 0, wasRepaired = false }: Wanted<Vector>,
  ): { run: ListRun<Vector>; tokens: number[] } {
    const task = embedTask(Array.isArray(list) ? list.length : 0, this.model);
    const { texts, repaired } = checkTexts(list, task, "text", first);
    if (wasRepaired) this.#emit({ type: "text-sanitized", input: "query", indexes: [0] });
    if (repaired.length > 0) this.#emit({ type: "text-sanitized", input: "documents", indexes: repaired });
    const prefix = this.#prefix(lane);
    const run = new ListRun(
      prefix === "" ? texts : texts.map((text) => prefix + text),
      first,
      this.#options.normalize ? (vector) => form(normalized(vector)) : form,
    );
    return { run, tokens: countTokens(run, task, this.#options, this.#emit) };
  }

  /** Finds a vector for each text: in the cache, or by asking for it. */
  async #complete(run: ListRun, tokens: number[], lane: Lane, options: CallOptions): Promise<void> {
    const { signal, onProgress } = options;
    const { controller, unlink } = linkedAbortController(signal);
    const cache = lane === "documents" ? this.#cache : undefined;
    const writes: Promise<void>[] = [];
    try {
      const keys = cache && (await cache.keys(run.texts, signal));
      if (cache && keys) this.#fill(run, await cache.read(keys, this.#expectedDimensions, signal));
      signal?.throwIfAborted();
      if (run.done > 0) onProgress?.(run.progress());
      const open = indexesOf(run.vectors, (vector) => vector === undefined);
      const deliver = (places: readonly number[], vectors: RawVector[]): Promise<void> | undefined => {
        // Before they are scaled: the cache keeps what the server sent.
        const written = cache && keys && cache.write(pick(keys, places), vectors, signal);
        if (written) writes.push(written);
        run.place(places, vectors);
        onProgress?.(run.progress());
        // Who ran ahead of a slow store would lose more than what is in flight when the process is killed.
        return cache?.answers ? written : undefined;
      };
      const batches = new Batches(pick(run.texts, open), pick(tokens, open));
      await this.#job(lane, controller, batches, { open, run, deliver }).run(open.length);
    } finally {
      unlink();
      // What has arrived is worth keeping even when the rest failed; an abort ends the wait.
      await Promise.all(writes);
    }
    signal?.throwIfAborted();
  }

  /** Takes what the cache knew: what comes besides must measure the same, or the list would mix two models. */
  #fill(run: ListRun, vectors: readonly (RawVector | undefined)[]): void {
    this.#learnedDimensions ??= vectors.find((vector) => vector !== undefined)?.length;
    run.fill(vectors);
  }

  #job(lane: Lane, controller: AbortController, batches: Batches, { open, run, deliver }: JobParts): ListJob {
    return new ListJob(
      {
        sender: this.#sender,
        size: this.#size,
        emit: this.#emit,
        lane,
        maxConcurrency: this.#options.maxConcurrency,
        task: (texts) =>
          lane === "query" ? `embed a query with "${this.model}"` : embedTask(texts, this.model),
        indexOf: (place) => run.firstIndexOf(open[place] as number),
        pack: (batch) => this.#pack(batch, run, this.#prefix(lane)),
        refuseBase64: () => (this.#encoding = "float"),
        deliver: (batch, vectors) => deliver(pick(open, batch.places), vectors),
      },
      batches,
      controller,
    );
  }

  #pack(batch: Batch, run: ListRun, prefix: string): VectorParcel {
    const base64 = this.#encoding === "base64";
    return {
      call: { path: "/embeddings", body: embeddingsRequest(this.model, batch.texts, base64) },
      base64,
      texts: batch.texts,
      secrets: () => batch.texts.map((text) => text.slice(prefix.length)),
      estimatedTokens: batch.tokens,
      maxBytes: maxEmbeddingBytes(batch.texts.length, this.#expectedDimensions),
      read: (body) => {
        const vectors = readEmbeddings(body, batch.texts.length, this.#expectedDimensions);
        this.#learnedDimensions ??= vectors[0]?.length;
        run.bill.add(readUsage(body));
        return vectors;
      },
    };
  }

  #prefix(lane: Lane): string {
    return lane === "query" ? this.#options.queryPrefix : this.#options.documentPrefix;
  }
}

/** How a list is embedded, and in what form its vectors are wanted. */
interface Wanted<Vector> {
  readonly lane: Lane;
  readonly form: (vector: RawVector) => Vector;
  /** The index of the first text, where the list is part of a longer one. */
  readonly first?: number;
  readonly wasRepaired?: boolean;
}

interface JobParts {
  readonly open: readonly number[];
  readonly run: ListRun;
  readonly deliver: (places: readonly number[], vectors: RawVector[]) => Promise<void> | undefined;
}

function pick<Item>(list: readonly Item[], places: readonly number[]): Item[] {
  return places.map((place) => list[place] as Item);
}
