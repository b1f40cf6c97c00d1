/** Reads the lines that an earlier run has written. */

import { createReadStream } from "node:fs";
import { isGzip } from "./files.js";
import { readMembers } from "./gzip-members.js";
import { EMBEDDING_END, EMBEDDING_START } from "./line-writer.js";
import { readLines } from "./read-lines.js";

/** A line of the input has 10 MB at most, and a vector 16,384 numbers of 24 bytes. */
const MAX_LINE_BYTES = 11_000_000;
const PIECE_BYTES = 1024 * 1024;

/** Complete lines, and where they end in the file. */
interface Group {
  readonly lines: readonly Buffer[];
  readonly end: number;
}

export class ExistingOutput {
  /** The end of the lines so far, in bytes. It is exact when all lines have been read. */
  end = 0;
  readonly #groups: AsyncGenerator<Group, void, undefined>;
  #lines: readonly Buffer[] = [];
  #next = 0;

  constructor(path: string) {
    this.#groups = isGzip(path) ? readCompressed(path) : readPlain(path);
  }

  /**
   * Returns the next complete line, without its line break; `undefined` after the last one.
   *
   * @throws if the file was not written by this command.
   */
  async read(): Promise<Buffer | undefined> {
    while (this.#next >= this.#lines.length) {
      const group = await this.#groups.next();
      if (group.done) return undefined;
      [this.#lines, this.#next, this.end] = [group.value.lines, 0, group.value.end];
    }
    return this.#lines[this.#next++];
  }

  async close(): Promise<void> {
    await this.#groups.return();
  }
}

async function* readPlain(path: string): AsyncGenerator<Group, void, undefined> {
  const pieces = createReadStream(path, { highWaterMark: PIECE_BYTES });
  for await (const { lines, end, isTerminated } of readLines(pieces, MAX_LINE_BYTES, () => foreign(path))) {
    if (isTerminated) yield { lines: lines.map(({ bytes }) => bytes), end };
  }
}

async function* readCompressed(path: string): AsyncGenerator<Group, void, undefined> {
  for await (const { lines, end } of readMembers(path, () => foreign(path))) {
    const groups = readLines(piecesOf(lines), MAX_LINE_BYTES, () => foreign(path));
    for await (const group of groups) yield { lines: group.lines.map(({ bytes }) => bytes), end };
  }
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}

function foreign(path: string): Error {
  return new Error(`Cannot resume ${path}: this command did not write it; name another file with --out`);
}

/** Determines whether a line of the output belongs to a line of the input. @param head - Of the input's line. */
export function belongsTo(line: Buffer, head: Buffer): boolean {
  const vector = head.length + EMBEDDING_START.length;
  return (
    line.length > vector &&
    line.subarray(0, head.length).equals(head) &&
    line.subarray(head.length, vector).equals(EMBEDDING_START) &&
    line.subarray(-EMBEDDING_END.length).equals(EMBEDDING_END)
  );
}

/** Returns how many numbers the vector of a line has. @param head - Of the input's line. */
export function vectorLength(line: Buffer, head: Buffer): number {
  const start = head.length + EMBEDDING_START.length;
  let commas = 0;
  for (let at = line.indexOf(",", start); at >= 0; at = line.indexOf(",", at + 1)) commas++;
  return commas + 1;
}
