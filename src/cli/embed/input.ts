/** The input of the command: a file that can be read twice, or a stream. */

import { closeSync, openSync, writeSync } from "node:fs";
import { UsageError } from "../command.js";
import { nameOf, type EmbedArguments } from "./arguments.js";
import { isSameFile, readPieces, statOf, withAction } from "./files.js";
import { readLines, type LineGroup } from "./read-lines.js";
import type { Scan } from "./scan.js";

const MAX_LINE_BYTES = 10_000_000;
const LINE_BREAK = Buffer.from("\n");

/** The input and output of a job, and their properties. */
export interface Places {
  /** Whether the input can be read twice: it is a file, not a stream. */
  readonly isRereadable: boolean;
  /** Whether the output is a file, or will be. */
  readonly isOutputFile: boolean;
  /** Bytes of the output; 0 if there is none. */
  readonly outputBytes: number;
}

/**
 * Finds out where a job reads and writes.
 *
 * @throws {UsageError} if one file is used twice.
 */
export async function findPlaces({ input, output, skipInvalid }: EmbedArguments): Promise<Places> {
  const action = `embed ${nameOf(input)}`;
  const read = input === undefined ? undefined : await statOf(input);
  if (input !== undefined && !read) {
    throw new Error(`Cannot ${action}: there is no such file; check the path`);
  }
  if (read?.isDirectory()) throw new Error(`Cannot ${action}: it is a folder; name a file`);
  await rejectSameFile(action, { "the input": input, "--out": output, "--skip-invalid": skipInvalid });
  if (skipInvalid?.endsWith(".gz")) {
    throw new UsageError(`Cannot ${action}: --skip-invalid writes no compressed file; omit ".gz"`);
  }
  const written = output === undefined ? undefined : await statOf(output);
  if (written?.isDirectory()) throw new Error(`Cannot write ${output}: it is a folder; name a file`);
  return {
    isRereadable: read?.isFile() ?? false,
    isOutputFile: output !== undefined && (written?.isFile() ?? true),
    outputBytes: written?.isFile() ? written.size : 0,
  };
}

async function rejectSameFile(
  action: string,
  files: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const named = Object.entries(files).filter((file): file is [string, string] => file[1] !== undefined);
  for (const [index, [name, path]] of named.entries()) {
    for (const [otherName, other] of named.slice(index + 1)) {
      if (!(await isSameFile(path, other))) continue;
      throw new UsageError(`Cannot ${action}: ${name} and ${otherName} are the same file; name another one`);
    }
  }
}

/** Reads the lines of the input. @throws {UsageError} for a line that is too long to be kept in memory. */
export function readInput(input: string | undefined): AsyncIterable<LineGroup> {
  return readLines(
    piecesOf(input),
    MAX_LINE_BYTES,
    (line) =>
      new UsageError(
        `Cannot embed ${nameOf(input)}: line ${line} is longer than 10 MB; split or remove this line`,
      ),
  );
}

/** Names the file in an error of the file system or of the decompression. */
async function* piecesOf(input: string | undefined): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* readPieces(input);
  } catch (error) {
    throw withAction(`read ${nameOf(input)}`, error);
  }
}

/** The error for malformed lines. It names the first ones. */
export function malformedError(
  input: string | undefined,
  { malformed, firstMalformed }: Pick<Scan, "malformed" | "firstMalformed">,
): UsageError {
  const named = firstMalformed.map(({ number, problem }) => `line ${number} ${problem}`).join(", ");
  const more = malformed - firstMalformed.length;
  const rest = more === 0 ? "" : `, and ${more} more`;
  const problem = malformed === 1 ? named : `${malformed} lines are malformed: ${named}${rest}`;
  const fix = `correct ${malformed === 1 ? "it" : "them"}, or add --skip-invalid <file>`;
  return new UsageError(`Cannot embed ${nameOf(input)}: ${problem}; ${fix}`);
}

/** Counts the lines that are skipped, and writes them to a file. */
export class SkippedLines {
  count = 0;
  readonly #file: number;

  /** @param path - An existing file is overwritten. */
  constructor(path: string) {
    this.#file = openSync(path, "w");
  }

  /** Adds a line, as it is in the input. */
  add(line: Buffer): void {
    this.count += 1;
    writeSync(this.#file, Buffer.concat([line, LINE_BREAK]));
  }

  close(): void {
    closeSync(this.#file);
  }
}
