/** Prints what a job will take, without a request. */

import { Embedder } from "../../core/embed/embedder.js";
import type { EmbeddingEstimate } from "../../core/embed/estimate.js";
import type { EmbedArguments, Prices } from "./arguments.js";
import { formatCount, formatDollars, formatDuration } from "./format.js";
import { malformedError, readInput } from "./input.js";
import type { MalformedLine, Scan } from "./scan.js";
import { Texts } from "./texts.js";

/** The result of a dry run, as `--json` prints it. */
export interface DryRun {
  /** Texts that are in the output already. */
  readonly done: number;
  /** Texts to embed. */
  readonly texts: number;
  readonly uniqueTexts: number;
  /** An estimate. */
  readonly tokens: number;
  /** As sent without a rate limit and without a failure. */
  readonly requests: number;
  /** Texts beyond the model's limit, by the estimate. */
  readonly tooLong: number;
  /** Lines of the input that are skipped. */
  readonly malformed: number;
  /** US dollars at the price per million tokens. */
  readonly tokenCost?: number;
  /** Hours at the given texts per second. */
  readonly hours?: number;
  /** US dollars for these hours. */
  readonly hourCost?: number;
}

/** Estimates the texts that the output does not have yet, and prints the result. */
export async function printDryRun(given: EmbedArguments, start: Scan, signal: AbortSignal): Promise<void> {
  const { input, field, prices, json } = given;
  // Nothing is sent, so no key is needed.
  const embedder = new Embedder({ ...given.embedder, apiKey: "unused" });
  const firstMalformed: MalformedLine[] = [];
  let malformed = 0;
  const texts = new Texts();
  const source = texts.read(readInput(input), {
    field,
    after: start.lastDone,
    onMalformed: (line) => {
      if (malformed++ === 0) firstMalformed.push(line);
      return given.skipInvalid !== undefined;
    },
  });
  const estimate = await embedder.estimateStream(released(source, texts), { signal });
  if (malformed > 0 && given.skipInvalid === undefined)
    throw malformedError(input, { malformed, firstMalformed });
  // Of a file, the lines before the first text are counted too.
  const counts = { done: start.done, malformed: Math.max(malformed, start.malformed) };
  const dryRun = dryRunOf(estimate, counts, prices);
  process.stdout.write(json ? `${JSON.stringify(dryRun)}\n` : formatDryRun(dryRun, prices));
}

/** The texts, without keeping their lines. */
async function* released(
  source: AsyncIterable<string>,
  texts: Texts,
): AsyncGenerator<string, void, undefined> {
  let index = 0;
  for await (const text of source) {
    texts.remove(index++);
    yield text;
  }
}

/** Adds to an estimate what it costs. */
export function dryRunOf(
  estimate: EmbeddingEstimate,
  counts: { readonly done: number; readonly malformed: number },
  { perMillion, perHour, textsPerSecond }: Prices,
): DryRun {
  const { texts, uniqueTexts, tokens, requests, tooLong } = estimate;
  const hours = textsPerSecond === undefined ? undefined : uniqueTexts / textsPerSecond / 3600;
  return {
    done: counts.done,
    texts,
    uniqueTexts,
    tokens,
    requests,
    tooLong: tooLong.length,
    malformed: counts.malformed,
    ...(perMillion !== undefined && { tokenCost: (tokens / 1_000_000) * perMillion }),
    ...(hours !== undefined && perHour !== undefined && { hours, hourCost: hours * perHour }),
  };
}

/** Formats a dry run as a table of two columns. */
export function formatDryRun(dryRun: DryRun, prices: Prices): string {
  const { done, texts, uniqueTexts, tokens, requests, tooLong, malformed, tokenCost, hours, hourCost } =
    dryRun;
  const rows: [name: string, value: string][] = [
    ["embedded already", formatCount(done)],
    ["texts to embed", formatCount(texts)],
    ["without duplicates", formatCount(uniqueTexts)],
    ["tokens", `${formatCount(tokens)} (estimate)`],
    ["requests", `${formatCount(requests)} (without a rate limit)`],
    ["too long", formatCount(tooLong)],
    ["malformed lines", formatCount(malformed)],
  ];
  if (tokenCost !== undefined) {
    rows.push(["price of the tokens", `${formatDollars(tokenCost)} at $${prices.perMillion} per million`]);
  }
  if (hours !== undefined && hourCost !== undefined) {
    rows.push(["time", `${formatDuration(hours * 3_600_000)} at ${prices.textsPerSecond} texts/s`]);
    rows.push(["price of the time", `${formatDollars(hourCost)} at $${prices.perHour} per hour`]);
  }
  return rows.map(([name, value]) => `${name.padEnd(21)}${value}\n`).join("");
}
