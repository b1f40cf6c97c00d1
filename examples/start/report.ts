import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { DocumentInterface } from "@langchain/core/documents";
import { Presets, SingleBar } from "cli-progress";
import type { TogetherEvent } from "together-retrieval/langchain";

/** Shows how the embedding goes on, from the events that the embeddings send. */
export class EmbeddingReport {
  readonly #started = performance.now();
  readonly #total: number;
  readonly #bar: SingleBar;
  #cached = 0;
  #embedded = 0;
  #requests = 0;

  constructor(total: number) {
    this.#total = total;
    this.#bar = new SingleBar(
      // Ctrl-C is left alone: it ends the program.
      { format: "Embedding {bar} {value}/{total} · {rate}/s · {eta_formatted} left", gracefulExit: false },
      Presets.shades_classic,
    );
    this.#bar.start(total, 0, { rate: 0 });
  }

  /** An arrow, because it is passed on alone. */
  readonly onEvent = (event: TogetherEvent): void => {
    if (event.operation !== "embed") return;
    if (event.type === "cache") this.#cached += event.hits;
    if (event.type === "answer" && this.#cached + this.#embedded < this.#total) {
      this.#embedded += event.texts;
      this.#requests += 1;
    }
    this.#bar.update(this.#cached + this.#embedded, { rate: this.#rate() });
  };

  print(): void {
    this.#bar.stop();
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1);
    console.log(
      `Embedded ${this.#embedded} passages in ${this.#requests} requests and ${seconds} s (${this.#rate()}/s); ` +
        `${this.#cached} more came from the cache.`,
    );
  }

  #rate(): number {
    return Math.round(this.#embedded / ((performance.now() - this.#started) / 1000));
  }
}

/** Remembers what vector search found, because only what reranking left of it comes out of the chain. */
export class SearchReport extends BaseCallbackHandler {
  override readonly name = "SearchReport";
  #candidates: readonly DocumentInterface[] = [];

  override handleRetrieverEnd(
    documents: readonly DocumentInterface[],
    _runId: string,
    _parentRunId?: string,
    tags: readonly string[] = [],
  ): void {
    if (tags.includes("base_retriever")) this.#candidates = documents;
  }

  /** Where each passage stood before and stands now. */
  print(passages: readonly DocumentInterface[]): void {
    const texts = this.#candidates.map(({ pageContent }) => pageContent);
    console.log(
      `\nVector search found ${texts.length} candidates; reranking left the best ${passages.length}:`,
    );
    passages.forEach(({ pageContent, metadata }, place) => {
      const before = texts.indexOf(pageContent) + 1;
      const score = Number(metadata["relevanceScore"]).toFixed(3);
      console.log(`\n  ${String(before).padStart(2)} → ${place + 1}   ${score}   ${metadata["file"]}`);
      console.log(excerptOf(pageContent));
    });
  }
}

const LINES = 3;
const COLUMNS = 110;

function excerptOf(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(0, LINES)
    .map((line) => `       ${line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line}`)
    .join("\n");
}
