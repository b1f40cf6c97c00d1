import { Presets, SingleBar } from "cli-progress";
import type { TogetherEvent } from "together-retrieval/langchain";
import { counted } from "./print.js";

/** Shows the progress of the embedding, from the events of the embeddings. */
export class EmbeddingReport {
  readonly #bar = new SingleBar(
    {
      format: "Embedding {bar} {value} of {total} · {rate}/s · {left} left",
      // Ctrl-C ends the whole program, not only the bar, and restores the terminal.
      gracefulExit: false,
      barsize: 30,
      linewrap: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  readonly #started = performance.now();
  readonly #total: number;
  #cached = 0;
  #embedded = 0;
  #requests = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Receives the events. It is a field, because it is passed without its object. */
  readonly onEvent = (event: TogetherEvent): void => {
    if (event.type === "cache-lookup") this.#cached += event.hits;
    if (event.type === "response") {
      this.#embedded += event.texts;
      this.#requests += 1;
    }
    this.#bar.update(this.#cached + this.#embedded, this.#speed());
  };

  /** Shows the bar during the work, and prints a summary at the end. */
  async during<Result>(work: Promise<Result>): Promise<Result> {
    this.#bar.start(this.#total, 0, this.#speed());
    const result = await work.finally(() => this.#bar.stop());
    console.log(this.#summary());
    return result;
  }

  #summary(): string {
    const seconds = (this.#elapsedMs() / 1000).toFixed(1);
    const fromCache = `${counted(this.#cached, "passage")} read from the cache`;
    if (this.#requests === 0) return `${fromCache} in ${seconds} s: nothing to embed.`;
    const embedded = `${counted(this.#embedded, "passage")} embedded in ${seconds} s, ${this.#rate()} a second`;
    return `${embedded}, in ${counted(this.#requests, "request")}; ${fromCache}.`;
  }

  #speed(): { rate: number; left: string } {
    const rate = this.#rate();
    const open = this.#total - this.#cached - this.#embedded;
    return { rate, left: rate > 0 ? `${Math.ceil(open / rate)} s` : "?" };
  }

  #rate(): number {
    return Math.round((this.#embedded / this.#elapsedMs()) * 1000);
  }

  #elapsedMs(): number {
    return performance.now() - this.#started;
  }
}
