import type { TokenUsage } from "./events.js";

/** What the requests of one call cost, in tokens as Together counted them. */
export class UsageTotal {
  #promptTokens = 0;
  #totalTokens = 0;

  add(usage: TokenUsage | undefined): void {
    this.#promptTokens += usage?.promptTokens ?? 0;
    this.#totalTokens += usage?.totalTokens ?? 0;
  }

  usage(): TokenUsage {
    return { promptTokens: this.#promptTokens, totalTokens: this.#totalTokens };
  }
}
