/** Determines where in an output a job begins. */

import { UsageError } from "../command.js";
import { nameOf, type EmbedArguments } from "./arguments.js";
import { ExistingOutput } from "./existing-output.js";
import { malformedError, readInput, type Places, type SkippedLines } from "./input.js";
import { describeDifference, type VectorSettings } from "./job-file.js";
import { scan, type Scan } from "./scan.js";

/**
 * Reads the input, and the output if there is one.
 *
 * @param previous - The settings of the job that wrote the output; `undefined` if that is not known.
 * @throws {UsageError} for malformed lines, unless they are skipped.
 * @throws if the output cannot be continued with these settings.
 */
export async function findStart(
  given: EmbedArguments,
  { outputBytes }: Places,
  settings: VectorSettings,
  previous: VectorSettings | undefined,
  skipped: SkippedLines | undefined,
  signal: AbortSignal,
): Promise<Scan> {
  const { input, output = "", field, skipInvalid } = given;
  const existing = outputBytes > 0 ? new ExistingOutput(output) : undefined;
  const foreign = (problem: string): Error =>
    new Error(`Cannot resume ${output}: ${problem}; use the same input, or name another file with --out`);
  const onMalformed = (line: Buffer): void => skipped?.add(line);
  let found: Scan;
  try {
    found = await scan(readInput(input), existing, { field, signal, onMalformed, foreign });
  } finally {
    await existing?.close();
  }
  if (found.malformed > 0 && skipInvalid === undefined) throw malformedError(input, found);
  if (existing) checkContinues(output, found, settings, previous, outputBytes);
  checkDimensions(given, found);
  return found;
}

function checkContinues(
  output: string,
  { texts, done, end }: Scan,
  settings: VectorSettings,
  previous: VectorSettings | undefined,
  outputBytes: number,
): void {
  const isComplete = done === texts && end === outputBytes;
  if (!previous) {
    if (isComplete) return;
    throw new Error(
      `Cannot write ${output}: the file exists, and there is no ${output}.job of a job to resume; remove the file, or name another one with --out`,
    );
  }
  const difference = done === 0 ? undefined : describeDifference(previous, settings);
  if (difference === undefined) return;
  throw new Error(
    `Cannot resume ${output}: its first lines were embedded ${difference}; use the same options, or name another file with --out`,
  );
}

function checkDimensions({ output, embedder }: EmbedArguments, { dimensions }: Scan): void {
  const wanted = embedder.dimensions;
  if (wanted === undefined || dimensions === undefined || wanted === dimensions) return;
  throw new Error(
    `Cannot resume ${output}: its vectors have ${dimensions} dimensions, not ${wanted}; omit --dimensions, or name another file with --out`,
  );
}

/** @throws if there is an output that a stream would overwrite. */
export function checkStream({ input, output }: EmbedArguments, { outputBytes }: Places): void {
  if (outputBytes === 0) return;
  const problem = `the file exists, and ${nameOf(input)} cannot be read twice to resume it`;
  throw new UsageError(`Cannot write ${output}: ${problem}; remove the file, or name another one with --out`);
}
