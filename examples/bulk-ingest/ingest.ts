import { Embedder, isTogetherError, type TogetherEvent } from "together-retrieval";
import { UnrecoverableError } from "bullmq";
import type { StoredPassage } from "../support/passages.js";
import { readRange, type BadPassage, type Range } from "./corpus.js";
import type { JobReport } from "./queue.js";
import type { Settings } from "./settings.js";
import type { PassageTable } from "./table.js";

/** Codes of failures that one text causes. All other failures concern the whole run. */
const OF_ONE_TEXT = new Set(["text_too_long", "invalid_input", "bad_request"]);
/** Codes of failures that are not retryable. */
const NOT_RETRYABLE = new Set([
  "invalid_option",
  "missing_api_key",
  "unauthorized",
  "payment_required",
  "permission_denied",
  "model_unavailable",
  "not_found",
  "bad_request",
  "redirected",
]);

/** Runs jobs. A job may run twice, also after it was interrupted. It embeds only passages that are not in the table. */
export class Ingest {
  readonly #settings: Settings;
  readonly #table: PassageTable;
  readonly #slowDown: (delayMs: number) => void;

  /** @param slowDown - Receives for how many milliseconds no worker should send a request. */
  constructor(settings: Settings, table: PassageTable, slowDown: (delayMs: number) => void) {
    this.#settings = settings;
    this.#table = table;
    this.#slowDown = slowDown;
  }

  async run(range: Range): Promise<JobReport> {
    const { passages, bad } = await readRange(this.#settings.corpus, range);
    const tally = { requests: 0, rateLimited: 0, retried: 0 };
    // All embedders of a process share one rate limiter. This one counts the requests of this job.
    const embedder = new Embedder({
      model: this.#settings.model,
      onEvent: (event) => this.#count(event, tally),
    });
    const rejected: BadPassage[] = [];
    const open = await this.#table.missing(passages);
    const { kept, vectors } = await embedAll(embedder, open, (problem) =>
      rejected.push({ line: range.line, problem: `after this line: ${problem}` }),
    );
    if (kept.length > 0) await this.#table.add(kept, vectors);
    return {
      stored: passages.length - rejected.length,
      embedded: kept.length,
      ...tally,
      bad: [...bad, ...rejected],
    };
  }

  #count(event: TogetherEvent, tally: { requests: number; rateLimited: number; retried: number }): void {
    if (event.type === "request") tally.requests += 1;
    if (event.type === "retry") tally.retried += 1;
    if (event.type !== "rate-limited") return;
    tally.rateLimited += 1;
    this.#slowDown(event.delayMs);
  }
}

interface Embedded {
  readonly kept: readonly StoredPassage[];
  readonly vectors: readonly Float32Array[];
}

/** Embeds the texts, and leaves out those that the model rejects: the other texts of the job reach the table. */
async function embedAll(
  embedder: Embedder,
  passages: readonly StoredPassage[],
  leaveOut: (problem: string) => void,
): Promise<Embedded> {
  if (passages.length === 0) return { kept: [], vectors: [] };
  try {
    const { vectors } = await embedder.embed(passages.map(({ text }) => text));
    return { kept: passages, vectors };
  } catch (error) {
    if (!isTogetherError(error)) throw error;
    if (error.index === undefined || !OF_ONE_TEXT.has(error.code))
      throw NOT_RETRYABLE.has(error.code) ? new UnrecoverableError(error.message) : error;
    leaveOut(error.message);
    return embedAll(embedder, passages.toSpliced(error.index, 1), leaveOut);
  }
}
