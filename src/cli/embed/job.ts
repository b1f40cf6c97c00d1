/** Runs the command: finds where to begin, embeds the texts, writes the lines. */

import { isTogetherError } from "../../core/errors/together-error.js";
import { resolveEmbedder } from "../../core/options/resolve-options.js";
import { UsageError } from "../command.js";
import { nameOf, type EmbedArguments } from "./arguments.js";
import { printDryRun } from "./dry-run.js";
import { embedRest } from "./embed-rest.js";
import { withAction } from "./files.js";
import { formatCount } from "./format.js";
import { findPlaces, SkippedLines, type Places } from "./input.js";
import { JobFile, type VectorSettings } from "./job-file.js";
import { checkStream, findStart } from "./resume.js";
import type { Scan } from "./scan.js";
import { formatSummary, type Summary } from "./summary.js";

/** A stream cannot be read before it is embedded. */
const NOTHING_SCANNED: Scan = {
  texts: 0,
  malformed: 0,
  firstMalformed: [],
  done: 0,
  lastDone: 0,
  dimensions: undefined,
  end: 0,
};

/** @param controller - Ends the job when it is aborted. The job fails with its reason. */
export async function runJob(given: EmbedArguments, controller: AbortController): Promise<void> {
  const settings = vectorSettings(given);
  const places = await findPlaces(given);
  if (!places.isRereadable) checkStream(given, places);
  const { skipInvalid, isDryRun } = given;
  const skipped = skipInvalid === undefined || isDryRun ? undefined : openSkipped(skipInvalid);
  try {
    if (isDryRun) await dryRun(given, places, settings, controller.signal);
    else if (places.isRereadable && places.isOutputFile) {
      await resumableJob(given, places, settings, skipped, controller);
    } else {
      const start = await findStartOf(given, places, settings, undefined, skipped, controller.signal);
      finish(given, await embedRest(given, places, start, skipped, controller));
    }
  } finally {
    skipped?.close();
  }
}

async function resumableJob(
  given: EmbedArguments,
  places: Places,
  settings: VectorSettings,
  skipped: SkippedLines | undefined,
  controller: AbortController,
): Promise<void> {
  const { output = "" } = given;
  const file = await JobFile.claim(output).catch((error: unknown) => {
    throw withAction(`write ${output}.job`, error);
  });
  let start: Scan;
  try {
    start = await findStart(given, places, settings, file.previous, skipped, controller.signal);
  } catch (error) {
    await file.release();
    throw error;
  }
  const { done, texts, end } = start;
  if (done > 0 && done === texts && end === places.outputBytes) {
    if (!given.json) process.stderr.write(`${output} is complete: it has ${formatCount(done)} lines.\n`);
    else finish(given, { ...NOTHING_DONE, resumed: done, skipped: start.malformed });
  } else {
    await file.save(settings);
    finish(given, await embedRest(given, places, start, skipped, controller));
  }
  await file.remove();
}

/** The summary of a job that had nothing to do. */
const NOTHING_DONE: Summary = {
  texts: 0,
  resumed: 0,
  skipped: 0,
  requests: 0,
  mostInFlight: 0,
  tokens: 0,
  tooLong: 0,
  sanitized: 0,
  seconds: 0,
};

async function dryRun(
  given: EmbedArguments,
  places: Places,
  settings: VectorSettings,
  signal: AbortSignal,
): Promise<void> {
  const { output } = given;
  const previous = output === undefined ? undefined : await JobFile.settingsOf(output);
  const start = await findStartOf(given, places, settings, previous, undefined, signal);
  await printDryRun(given, start, signal);
}

async function findStartOf(...args: Parameters<typeof findStart>): Promise<Scan> {
  const [, { isRereadable }] = args;
  return isRereadable ? findStart(...args) : NOTHING_SCANNED;
}

/** On standard output, unless that has the vectors. A closed pipe has ended the job without a summary. */
function finish(given: EmbedArguments, summary: Summary | undefined): void {
  if (!summary) return;
  const { output, json, skipInvalid } = given;
  const stream = json && output !== undefined ? process.stdout : process.stderr;
  stream.write(
    json ? `${JSON.stringify(summary)}\n` : formatSummary(summary, output ?? "standard output", skipInvalid),
  );
}

/**
 * Checks the options of the embedder.
 *
 * @throws {UsageError} if one is invalid. A missing key is a {@link TogetherError}.
 */
function vectorSettings({ input, embedder, field, isDryRun }: EmbedArguments): VectorSettings {
  try {
    const key = isDryRun ? { apiKey: "unused" } : {};
    const resolved = resolveEmbedder({ ...embedder, ...key }, "Embedder");
    const { model, baseURL, documentPrefix, normalize } = resolved;
    return { model, baseModel: embedder.baseModel, baseURL, documentPrefix, normalize, field };
  } catch (error) {
    if (!isTogetherError(error)) throw error;
    const message = error.message.replace("create Embedder", `embed ${nameOf(input)}`);
    throw error.code === "invalid_option" ? new UsageError(message) : new Error(message, { cause: error });
  }
}

function openSkipped(path: string): SkippedLines {
  try {
    return new SkippedLines(path);
  } catch (error) {
    throw withAction(`write ${path}`, error);
  }
}
