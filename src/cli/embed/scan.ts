/** Reads the whole input before the first request: counts its texts, checks its lines, and compares them with the output. */

import { belongsTo, vectorLength, type ExistingOutput } from "./existing-output.js";
import { parseInputLine } from "./input-line.js";
import type { LineGroup } from "./read-lines.js";

/** A line that cannot be embedded. */
export interface MalformedLine {
  readonly number: number;
  readonly problem: string;
}

/** The contents of both files. */
export interface Scan {
  /** Lines of the input that can be embedded. */
  readonly texts: number;
  /** Lines of the input that cannot, and the first of them. */
  readonly malformed: number;
  readonly firstMalformed: readonly MalformedLine[];
  /** Lines of the output, which are the first texts. */
  readonly done: number;
  /** Number of the input's last line that is in the output; 0 for none. */
  readonly lastDone: number;
  /** Length of the output's vectors; `undefined` if it has none. */
  readonly dimensions: number | undefined;
  /** Bytes of the output that are complete lines. */
  readonly end: number;
}

export interface ScanOptions {
  readonly field: string;
  readonly signal: AbortSignal;
  /** Receives each line that cannot be embedded, as it is in the input. */
  readonly onMalformed: (line: Buffer) => void;
  /** Creates the error for an output that does not belong to the input. */
  readonly foreign: (problem: string) => Error;
}

const MALFORMED_NAMED = 10;

export async function scan(
  input: AsyncIterable<LineGroup>,
  output: ExistingOutput | undefined,
  { field, signal, onMalformed, foreign }: ScanOptions,
): Promise<Scan> {
  const firstMalformed: MalformedLine[] = [];
  let [texts, malformed, done, lastDone] = [0, 0, 0, 0];
  let dimensions: number | undefined;
  let isCompared = output === undefined;
  for await (const { lines } of input) {
    signal.throwIfAborted();
    for (const { number, bytes } of lines) {
      const line = parseInputLine(bytes, field, number === 1);
      if (line.kind === "empty") continue;
      if (line.kind === "malformed") {
        malformed += 1;
        if (malformed <= MALFORMED_NAMED) firstMalformed.push({ number, problem: line.problem });
        onMalformed(bytes);
        continue;
      }
      texts += 1;
      if (isCompared) continue;
      const written = await output?.read();
      if (!written) {
        isCompared = true;
        continue;
      }
      if (!belongsTo(written, line.head)) {
        throw foreign(`its line ${done + 1} does not belong to line ${number} of the input`);
      }
      [done, lastDone] = [done + 1, number];
      dimensions ??= vectorLength(written, line.head);
    }
  }
  if (!isCompared && (await output?.read())) throw foreign(`the input has only ${texts} texts`);
  return { texts, malformed, firstMalformed, done, lastDone, dimensions, end: output?.end ?? 0 };
}
