/**
 * Keeps an outage from multiplying traffic: retries after server and network failures may be a tenth of the
 * successes, plus ten.
 */
export class RetryBudget {
  /** In tenths of a retry: ten times 0.1 is not quite 1. */
  #tenths = 100;

  /** A request succeeded. */
  earn(): void {
    this.#tenths += 1;
  }

  /** Takes one retry; `false` if none is left. */
  spend(): boolean {
    if (this.#tenths < 10) return false;
    this.#tenths -= 10;
    return true;
  }
}
