/** The interface of a client in the benchmark. */

/** The address of the server, and the settings of a user. */
export interface Circumstances {
  /** Ends in `/v1`. */
  readonly baseURL: string;
  readonly apiKey: string;
  readonly model: string;
  /** The best settings for this server, only for the baseline. */
  readonly hint: ServerHint;
}

/** The best settings for a server with known limits. */
export interface ServerHint {
  readonly batchSize: number;
  readonly concurrency: number;
  /** The rate limit. @defaultValue no limit */
  readonly rate?: {
    readonly of: "requests" | "tokens";
    readonly perSecond: number;
    readonly atOnce: number;
  };
}

export type Vector = ArrayLike<number>;

/** Embeds a list of texts. Returns the vectors in the same order. */
export type EmbedList = (texts: string[]) => Promise<readonly Vector[]>;

/** Embeds a stream of texts. Calls `take` with the vectors in the same order. */
export type EmbedStream = (texts: Iterable<string>, take: (vector: Vector) => void) => Promise<void>;

/** A document's index in the list, and its score. */
export interface Score {
  readonly index: number;
  readonly score: number;
}

/** Ranks documents. Returns the scores, best first. */
export type Rank = (query: string, documents: string[]) => Promise<readonly Score[]>;

/** A client, with the operations that it has. */
export interface BenchmarkClient {
  /** @param texts - The texts that will be embedded. Work in this function is not measured. */
  readonly list?: (circumstances: Circumstances, texts: string[]) => EmbedList | Promise<EmbedList>;
  /** Without it, the benchmark collects the texts in a list first. */
  readonly stream?: (circumstances: Circumstances) => EmbedStream;
  readonly rank?: (circumstances: Circumstances) => Rank;
}
