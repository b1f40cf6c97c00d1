/** Options of a single call. */
export interface CallOptions {
  /**
   * Ends the call at once, in whatever state it is, with the signal's own reason.
   *
   * @defaultValue nothing ends it but its work
   */
  signal?: AbortSignal | undefined;
  /**
   * Called as work is done. What it throws ends the call.
   *
   * @defaultValue nobody hears
   */
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** How far a call has come. */
export interface Progress {
  /** Texts or documents done. */
  readonly done: number;
  /** Of how many; for a stream, of how many read so far. */
  readonly total: number;
}
