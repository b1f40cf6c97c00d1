/** Options of a single call. */
export interface CallOptions {
  /**
   * Aborts the call at once, in every state. The call throws the signal's reason.
   *
   * @defaultValue `undefined`: the call cannot be aborted
   */
  signal?: AbortSignal | undefined;
  /**
   * Called each time texts or documents are finished. If it throws or rejects, the call fails with that error. The
   * call waits for the promise of an async function.
   *
   * @defaultValue `undefined`
   */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** HTTP headers that an adapter's framework adds to the requests of a call. */
export type CallHeaders = Readonly<Record<string, string | undefined>>;

/** Progress of a call. */
export interface Progress {
  /** Texts or documents that are finished. */
  readonly done: number;
  /** Texts or documents of the call; for a stream, those read so far. */
  readonly total: number;
}
