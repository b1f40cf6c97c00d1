import type { TokenUsage } from "./events.js";

/** Sums up the token usage of one call's requests. */
export class UsageTotal {
  #promptTokens = 0;
  #totalTokens = 0;

  /** Adds the usage of one response; `undefined` if the server reports none. */
  add(usage: TokenUsage | undefined): void {
    this.#promptTokens += usage?.promptTokens ?? 0;
    this.#totalTokens += usage?.totalTokens ?? 0;
  }

  usage(): TokenUsage {
    return { promptTokens: this.#promptTokens, totalTokens: this.#totalTokens };
  }
}
