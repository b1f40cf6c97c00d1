/** Embeds texts for {@link Embedder} and for the adapters, in the kind of vector that each of them returns. */

import { linkedAbortController } from "../abort.js";
import type { CallHeaders, CallOptions } from "../call-options.js";
import { ProgressReports, reportProgress } from "../callbacks.js";
import { emitSanitized, emitter, type Emit, type TokenUsage } from "../events.js";
import type { EmbedderOptions } from "../options/options.js";
import { callOptions, readCallOptions } from "../options/read-call-options.js";
import { resolveEmbedder, type ResolvedEmbedder } from "../options/resolve-options.js";
import type { Priority } from "../rate-limit/permit.js";
import { Api } from "../request/api.js";
import type { Batch } from "../request/batch.js";
import { embeddingLimit } from "../request/response-limits.js";
import type { RawVector } from "../request/vector-check.js";
import { embeddingsRequest, readEmbeddings, readUsage } from "../request/wire.js";
import { checkLengths } from "../tokens.js";
import { checkQuery, embedTask, queryTask } from "../validate-texts.js";
import { BatchSizer } from "./batch-sizer.js";
import { readChunks } from "./chunk-stream.js";
import { Estimator } from "./estimate.js";
import { EmbedRun, type EmbedRequest } from "./embed-run.js";
import { ModelReport } from "./model-report.js";
import { pick, PreparedTexts } from "./prepared-texts.js";
import type { UniqueTexts } from "./unique-texts.js";
import { VectorCache } from "./vector-cache.js";
import { mixedLengths, VectorLength } from "./vector-length.js";
import { normalize, toFloat32 } from "./vectors.js";

/** Makes the kind of vector that a caller wants. */
export type Convert<Vector> = (vector: RawVector) => Vector;

/** The vectors of a list. */
export interface Embeddings<Vector = Float32Array> {
  /** One vector per text, in the order of the texts. Duplicate texts have equal vectors, each in memory of its own. */
  readonly vectors: Vector[];
  /** Sum over the requests of the call. Texts from the cache cost no tokens. */
  readonly usage: TokenUsage;
}

/** One vector of a stream. */
export interface StreamedEmbedding {
  /** Index of its text in the source, from 0. */
  readonly index: number;
  /** All vectors of a stream have the same length. */
  readonly vector: Float32Array;
}

/** One call: texts that share a priority, a kind of vector and a task. */
interface EmbedCall<Vector> {
  readonly priority: Priority;
  readonly convert: Convert<Vector>;
  /** The requested action; completes the sentence "Cannot ...". */
  readonly task: string;
  /** The caller's index of the first text. */
  readonly first?: number;
  readonly headers?: CallHeaders | undefined;
}

export class EmbedEngine {
  readonly #options: ResolvedEmbedder;
  readonly #emit: Emit;
  readonly #api: Api;
  readonly #cache: VectorCache | undefined;
  readonly #length: VectorLength;
  readonly #sizer: BatchSizer;
  readonly #modelReport: ModelReport;
  /** Estimates calls of {@link EmbedEngine.embed} and {@link EmbedEngine.embedStream}. */
  readonly estimator: Estimator;

  /**
   * @param name - The class that the user creates, for error messages.
   * @param replaced - The engine of the same object that it replaces.
   */
  constructor(options: EmbedderOptions, name: string, replaced?: EmbedEngine) {
    this.#options = resolveEmbedder(options, name);
    this.#emit = emitter(this.#options.onEvent, { operation: "embed", model: this.model });
    this.#api = new Api(this.#options, this.#emit);
    this.#cache = this.#options.cache && new VectorCache(this.#options, this.#options.cache, this.#emit);
    this.#length = new VectorLength(this.#options);
    this.#sizer = new BatchSizer(this.#options, this.#api, this.#length);
    const shared = { options: this.#options, cache: this.#cache, length: this.#length, sizer: this.#sizer };
    this.estimator = new Estimator(shared);
    this.#modelReport = replaced ? replaced.#modelReport : new ModelReport(this.#options, this.#emit);
  }

  get model(): string {
    return this.#options.model;
  }

  /** The length of the vectors: as set, as received, or as known for the model. */
  get dimensions(): number | undefined {
    return this.#length.best;
  }

  /** Embeds documents: one vector each, in order. With the priority `"high"`, the texts are queries. */
  async embed<Vector extends RawVector>(
    convert: Convert<Vector>,
    texts: readonly string[],
    options?: CallOptions,
    { priority = "normal", headers }: Pick<Partial<EmbedCall<Vector>>, "priority" | "headers"> = {},
  ): Promise<Embeddings<Vector>> {
    const task = embedTask(texts, this.model);
    const checked = readCallOptions(options, callOptions, task);
    return this.#embedList(texts, { priority, convert, task, headers }, checked);
  }

  /** Embeds a query: with the query prefix, before waiting documents, without the cache. */
  async embedQuery<Vector extends RawVector>(
    convert: Convert<Vector>,
    query: string,
    options?: CallOptions,
  ): Promise<{ vector: Vector; usage: TokenUsage }> {
    const task = queryTask(this.model);
    const checked = readCallOptions(options, callOptions, task);
    const { texts, sanitized } = checkQuery(query, task);
    emitSanitized(this.#emit, "query", sanitized);
    const { vectors, usage } = await this.#embedList(texts, { priority: "high", convert, task }, checked);
    return { vector: vectors[0] as Vector, usage };
  }

  /** Embeds a source of any length, in order and in bounded memory. */
  async *embedStream(
    source: Iterable<string> | AsyncIterable<string>,
    options?: CallOptions,
  ): AsyncGenerator<StreamedEmbedding, void, undefined> {
    const task = `embed a stream with "${this.model}"`;
    const { signal, onProgress } = readCallOptions(options, callOptions, task);
    const { controller, unlink } = linkedAbortController(signal);
    const call = { priority: "normal", convert: toFloat32, task } as const;
    const chunks = readChunks(source, {
      size: () => this.#sizer.chunkSize,
      ahead: () => this.#api.concurrency,
      signal: controller.signal,
      task,
      run: (texts, first) => this.#embedList(texts, { ...call, first }, { signal: controller.signal }),
    });
    let done = 0;
    let length: number | undefined;
    try {
      for await (const { result, read } of chunks) {
        await reportProgress(onProgress, { done: done + result.vectors.length, total: read }, signal);
        for (const vector of result.vectors) {
          signal?.throwIfAborted();
          length ??= vector.length;
          if (vector.length !== length) throw mixedLengths(task, length, vector.length);
          yield { index: done++, vector };
        }
      }
    } finally {
      controller.abort();
      unlink();
    }
  }

  async #embedList<Vector extends RawVector>(
    list: readonly string[],
    call: EmbedCall<Vector>,
    options: CallOptions,
  ): Promise<Embeddings<Vector>> {
    options.signal?.throwIfAborted();
    const prepared = this.#prepare(list, call);
    const { unique, tokenCounts, sanitized } = prepared;
    emitSanitized(this.#emit, call.priority === "high" ? "query" : "documents", sanitized);
    checkLengths(unique, tokenCounts, call.task, this.#options, this.#emit);
    if (unique.texts.length > 0) await this.#complete(prepared, call, options);
    return { vectors: unique.result(), usage: unique.usage.usage() };
  }

  #prepare<Vector extends RawVector>(
    list: readonly string[],
    { priority, convert, task, first = 0 }: EmbedCall<Vector>,
  ): PreparedTexts<Vector> {
    const options = this.#options;
    const prefix = priority === "high" ? (options.queryPrefix ?? "") : options.documentPrefix;
    const converted = options.normalize ? (vector: RawVector) => convert(normalize(vector)) : convert;
    return new PreparedTexts(list, { task, first, prefix, convert: converted, options });
  }

  /** Finds a vector for each text: in the cache, or by a request. */
  async #complete(
    prepared: PreparedTexts,
    call: EmbedCall<RawVector>,
    { signal, onProgress }: CallOptions,
  ): Promise<void> {
    const { unique } = prepared;
    this.#modelReport.send();
    const cache = call.priority === "normal" ? this.#cache : undefined;
    const writes: Promise<void>[] = [];
    const { controller, unlink } = linkedAbortController(signal);
    const reports = new ProgressReports(onProgress, signal, controller);
    try {
      const keys = cache && (await prepared.readCache(cache, this.#length, signal));
      signal?.throwIfAborted();
      if (unique.done > 0) reports.add(unique.progress());
      const store = (positions: readonly number[], vectors: RawVector[]): Promise<void> | undefined => {
        // Written before the conversion: the cache stores the server's numbers.
        const written = cache && keys && cache.write(pick(keys, positions), vectors, signal);
        if (written) writes.push(written);
        unique.setVectors(positions, vectors);
        reports.add(unique.progress());
        // A killed process loses all vectors that a slow store has not written.
        return cache?.isResponsive ? written : undefined;
      };
      const send = (): Promise<void> => this.#run(prepared, call, controller.signal, store);
      await send();
      if (this.#removeMistaken(unique)) await send();
      await reports.settled();
    } finally {
      unlink();
      // After a failure, the received vectors are still written; an abort ends the wait.
      await Promise.all(writes);
    }
    signal?.throwIfAborted();
  }

  /** Removes cached vectors that are not as long as the server's. Returns whether there were any. */
  #removeMistaken(unique: UniqueTexts): boolean {
    const { required } = this.#length;
    const corrupt = required === undefined ? 0 : unique.removeOthers(required);
    if (corrupt > 0) this.#emit({ type: "cache-lookup", hits: 0, misses: corrupt, corrupt });
    return corrupt > 0;
  }

  /** Requests the vectors that are missing. */
  async #run(
    prepared: PreparedTexts,
    { priority, task, headers }: EmbedCall<RawVector>,
    signal: AbortSignal | undefined,
    store: (positions: readonly number[], vectors: RawVector[]) => Promise<void> | undefined,
  ): Promise<void> {
    const { controller, unlink } = linkedAbortController(signal);
    const { maxConcurrency } = this.#options;
    const { unique } = prepared;
    const { missing } = unique;
    const run = new EmbedRun(
      {
        api: this.#api,
        queue: prepared.queue(missing),
        acceptedSize: this.#sizer.acceptedSize,
        emit: this.#emit,
        priority,
        maxConcurrency,
        task,
        headers,
        limits: this.#sizer.limitsFor(missing.length),
        encoding: this.#sizer.encoding,
        indexes: missing.map((position) => unique.firstIndexOf(position)),
        request: (batch) => this.#request(batch, unique),
        store: ({ positions }, vectors) => store(pick(missing, positions), vectors),
      },
      controller,
    );
    await run.run().finally(unlink);
  }

  #request({ texts, tokens }: Batch, unique: UniqueTexts): EmbedRequest {
    const isBase64 = this.#sizer.encoding.format !== "float";
    return {
      call: { path: "/embeddings", body: embeddingsRequest(this.model, texts, isBase64) },
      isBase64,
      texts,
      estimatedTokens: tokens,
      limit: embeddingLimit(texts.length, this.#length.expected),
      parse: (body) => {
        const vectors = readEmbeddings(body, texts.length, this.#length.confirmed);
        this.#length.received(vectors[0]?.length ?? 0);
        unique.usage.add(readUsage(body));
        return vectors;
      },
    };
  }
}
