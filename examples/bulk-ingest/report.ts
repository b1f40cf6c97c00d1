import { Presets, SingleBar } from "cli-progress";
import type { BadPassage } from "./corpus.js";
import type { JobReport } from "./queue.js";
import type { Comparison } from "./rounds.js";
import type { Workforce } from "./workforce.js";

/** Maximum number of rejected lines that the report lists. */
const MAX_LISTED = 10;
const MEGABYTE = 1_000_000;

/** Prints the progress and the results of a run. */
export class IngestReport {
  readonly #bar = new SingleBar(
    {
      format: "Ingesting {bar} {value} of {total} jobs · {rate} passages/s · {eta_formatted} left",
      barsize: 30,
      stream: process.stdout,
      // If the output is not a terminal, a line every five seconds.
      noTTYOutput: true,
      notTTYSchedule: 5000,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  readonly #sum = { stored: 0, embedded: 0, requests: 0, rateLimited: 0, retried: 0, restarts: 0 };
  readonly #bad: BadPassage[] = [];
  #milliseconds = 0;

  begin({ passages, missing, bad }: Comparison): void {
    this.#bad.push(...bad);
    console.log(`${formatted(passages)} passages; ${formatted(missing)} are not in the table.`);
  }

  /** Shows a progress bar while the jobs run. */
  async during(
    jobSize: number,
    work: (show: (done: number, total: number) => void) => Promise<void>,
  ): Promise<void> {
    const started = performance.now();
    this.#bar.start(0, 0, { rate: 0 });
    const show = (done: number, total: number): void => {
      const rate = Math.round((done * jobSize * 1000) / (performance.now() - started));
      this.#bar.setTotal(total);
      this.#bar.update(done, { rate: formatted(rate) });
    };
    await work(show).finally(() => this.#bar.stop());
    this.#milliseconds += performance.now() - started;
  }

  add({ bad, ...sum }: JobReport & { readonly restarts: number }): void {
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) this.#sum[name] += sum[name];
    this.#bad.push(...bad.filter(({ line }) => this.#bad.every((known) => known.line !== line)));
  }

  end({ passages, missing }: Comparison, rows: number, { deaths, memory }: Workforce): void {
    const { embedded, requests, rateLimited, retried, restarts } = this.#sum;
    const seconds = this.#milliseconds / 1000;
    const rate = seconds > 0 ? Math.round(embedded / seconds) : 0;
    const share = requests > 0 ? ((100 * rateLimited) / requests).toFixed(1) : "0.0";
    const lines = [
      `Passages: ${formatted(passages - missing)} of ${formatted(passages)} in the table, which has ${formatted(rows)} rows.`,
      `Embedded: ${formatted(embedded)} in ${seconds.toFixed(1)} s, ${formatted(rate)} per second.`,
      `Requests: ${formatted(requests)}, of which ${formatted(rateLimited)} rate-limited (${share} %) and ${formatted(retried)} retried.`,
      `Workers that died: ${deaths}; jobs restarted: ${restarts}.`,
      ...memory.map(
        (use, at) =>
          `Memory of worker ${at + 1}: ${memoryUse(use.firstBytes)} → ${memoryUse(use.lastBytes)}.`,
      ),
    ];
    console.log(lines.join("\n"));
    this.#listBad();
    if (missing > this.#bad.length)
      throw new Error(`Cannot finish: ${missing} passages are missing; run the same command again`);
  }

  async building(work: Promise<void>): Promise<void> {
    const started = performance.now();
    await work;
    console.log(`Index built in ${((performance.now() - started) / 1000).toFixed(1)} s.`);
  }

  #listBad(): void {
    if (this.#bad.length === 0) return;
    console.log(`Left out: ${this.#bad.length}.`);
    for (const { line, problem } of this.#bad.slice(0, MAX_LISTED)) console.log(`  line ${line}: ${problem}`);
  }
}

function formatted(amount: number): string {
  return amount.toLocaleString("en-US");
}

function memoryUse(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE)} MB`;
}
