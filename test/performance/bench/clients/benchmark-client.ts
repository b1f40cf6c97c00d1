/** The work of a client in the benchmark, and what it receives. */

/** Where the server is, and how a user would have set things up. */
export interface Circumstances {
  /** Ends in `/v1`. */
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
  /** Only for the baseline: the settings that suit this server best. */
  readonly hint: ServerHint;
}

/** The best way to ask a server, for one who knows its limits. */
export interface ServerHint {
  readonly batchSize: number;
  readonly concurrency: number;
  /** Left out, there is no limit. */
  readonly rate?: {
    readonly of: "requests" | "tokens";
    readonly perSecond: number;
    readonly atOnce: number;
  };
}

export type Vector = ArrayLike<number>;

/** Texts in, vectors out, in order. */
export type EmbedList = (texts: string[]) => Promise<readonly Vector[]>;

/** Texts one by one in, vectors one by one out, in order. */
export type EmbedStream = (texts: Iterable<string>, take: (vector: Vector) => void) => Promise<void>;

/** A document's place in the list, and its score. */
export interface Score {
  readonly index: number;
  readonly score: number;
}

/** Documents in, scores out, best first. */
export type Rank = (query: string, documents: string[]) => Promise<readonly Score[]>;

/** Somebody who takes part, in what it can do. */
export interface BenchmarkClient {
  /** @param texts - Those that will be embedded; what is done with them here is not measured. */
  readonly list?: (circumstances: Circumstances, texts: string[]) => EmbedList | Promise<EmbedList>;
  /** Left out: collects the texts in a list first, as whoever has no stream must. */
  readonly stream?: (circumstances: Circumstances) => EmbedStream;
  readonly rank?: (circumstances: Circumstances) => Rank;
}
