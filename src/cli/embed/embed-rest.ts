/** Embeds what the output does not have yet. */

import { Embedder } from "../../core/embed/embedder.js";
import { isTogetherError } from "../../core/errors/together-error.js";
import { DEFAULT_BATCH_SIZE, type EmbedderOptions } from "../../core/options/embedder-options.js";
import { DEFAULT_MAX_CONCURRENCY } from "../../core/options/shared-options.js";
import { InterruptError, UsageError } from "../command.js";
import { nameOf, type EmbedArguments } from "./arguments.js";
import { withAction } from "./files.js";
import { formatCount } from "./format.js";
import { malformedError, readInput, type Places, type SkippedLines } from "./input.js";
import { Output } from "./output.js";
import { ProgressBar } from "./progress.js";
import type { MalformedLine, Scan } from "./scan.js";
import { EventCounts, type Summary } from "./summary.js";
import { Texts } from "./texts.js";

/**
 * Embeds the texts after those that are in the output, and writes their lines.
 *
 * @returns `undefined` if the reader of standard output has closed it.
 * @throws as the embedder and the file system do, with the state of the output.
 */
export async function embedRest(
  given: EmbedArguments,
  places: Places,
  start: Scan,
  skipped: SkippedLines | undefined,
  controller: AbortController,
): Promise<Summary | undefined> {
  const { input, output: path, field, embedder: options } = given;
  const counts = new EventCounts();
  const output = new Output(path, places.isOutputFile ? start.end : undefined, {
    maxPendingLines: maxTextsInFlight(options),
    onFailure: (error) => controller.abort(withAction(`write ${path ?? "standard output"}`, error)),
  });
  const bar = progressBar(path, places.isRereadable ? start.texts : undefined, start.done);
  const embedder = new Embedder({
    ...options,
    ...(start.dimensions !== undefined && { dimensions: start.dimensions }),
    onEvent: (event) => {
      counts.add(event);
      bar?.event(event);
    },
  });
  const texts = new Texts();
  let malformed: MalformedLine | undefined;
  const source = texts.read(readInput(input), {
    field,
    after: start.lastDone,
    onMalformed: (line, bytes) => {
      if (!skipped) malformed = line;
      // The first reading of a file has written it.
      else if (!places.isRereadable) skipped.add(bytes);
      return skipped !== undefined;
    },
  });
  const startedAt = performance.now();
  let embedded = 0;
  try {
    for await (const { index, vector } of embedder.embedStream(source, { signal: controller.signal })) {
      output.writer.append(texts.line(index).head, vector);
      texts.remove(index);
      embedded += 1;
      if (bar) bar.done = start.done + embedded;
      await output.writer.space();
    }
    await output.close();
  } catch (error) {
    // Complete lines are kept. A failure of the output is reported below.
    await output.close().catch(() => {});
    const reason = controller.signal.aborted ? (controller.signal.reason as unknown) : error;
    if (isClosedPipe(reason)) return undefined;
    throw withState(reason, given, places, texts, start.done + output.writer.written, start.texts);
  } finally {
    bar?.stop();
    if (input === undefined) process.stdin.destroy();
  }
  if (malformed) throw malformedError(input, { malformed: 1, firstMalformed: [malformed] });
  return {
    texts: embedded,
    resumed: start.done,
    skipped: skipped?.count ?? 0,
    requests: counts.requests,
    mostInFlight: counts.mostInFlight,
    tokens: counts.tokens,
    tooLong: counts.tooLong,
    sanitized: counts.sanitized,
    seconds: (performance.now() - startedAt) / 1000,
  };
}

/** A killed process loses as many texts again as it has in flight, at most. */
function maxTextsInFlight({
  maxConcurrency = DEFAULT_MAX_CONCURRENCY,
  batchSize = DEFAULT_BATCH_SIZE,
}: EmbedderOptions): number {
  return maxConcurrency * batchSize;
}

/** Only on a terminal, and not where the vectors are printed. */
function progressBar(
  path: string | undefined,
  total: number | undefined,
  done: number,
): ProgressBar | undefined {
  const isVisible = process.stderr.isTTY && !(path === undefined && process.stdout.isTTY);
  return isVisible ? new ProgressBar(process.stderr, total, done) : undefined;
}

/** `head`, for example, closes the pipe when it has enough. */
function isClosedPipe(error: unknown): boolean {
  return ((error as Error | undefined)?.cause as NodeJS.ErrnoException | undefined)?.code === "EPIPE";
}

/** Adds to an error where its text is, and how to resume. */
function withState(
  error: unknown,
  { input, output }: EmbedArguments,
  { isRereadable, isOutputFile }: Places,
  texts: Texts,
  lines: number,
  total: number,
): unknown {
  if (!(error instanceof Error)) return error;
  const sentences = [error.message];
  if (isTogetherError(error) && error.index !== undefined) {
    sentences.push(`The text is in line ${texts.line(error.index).number} of ${nameOf(input)}.`);
  }
  if (isRereadable && isOutputFile) {
    const state = `${output} has ${formatCount(lines)} of ${formatCount(total)} lines`;
    sentences.push(`${state}; run the same command to resume.`);
  }
  const message = sentences.join("\n");
  if (error instanceof InterruptError) return new InterruptError(message, error.exitCode);
  return error instanceof UsageError ? error : new Error(message, { cause: error });
}
