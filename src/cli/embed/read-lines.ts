/** Splits bytes into lines. */

/** One line of a file, without its line break. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

/** The lines that one piece of a file completes. */
export interface LineGroup {
  readonly lines: readonly Line[];
  /** Bytes of the file up to the end of these lines. */
  readonly end: number;
  /** Whether each of these lines ends with a line break. Only the last line of a file may have none. */
  readonly isTerminated: boolean;
}

const LINE_BREAK = 10;

/**
 * Splits bytes into lines, wherever the pieces begin and end.
 *
 * @param maxBytes - The longest line that is kept in memory.
 * @param tooLong - Creates the error for a longer line.
 */
export async function* readLines(
  source: AsyncIterable<Buffer>,
  maxBytes: number,
  tooLong: (line: number) => Error,
): AsyncGenerator<LineGroup, void, undefined> {
  let number = 1;
  let end = 0;
  /** The pieces of a line whose end has not been read, and their size. */
  let begun: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    const lines: Line[] = [];
    let start = 0;
    for (let at = piece.indexOf(LINE_BREAK); at >= 0; at = piece.indexOf(LINE_BREAK, start)) {
      const rest = piece.subarray(start, at);
      const bytes = begun.length === 0 ? rest : Buffer.concat([...begun, rest]);
      if (bytes.length > maxBytes) throw tooLong(number);
      lines.push({ number: number++, bytes });
      end += bytes.length + 1;
      start = at + 1;
      [begun, size] = [[], 0];
    }
    if (start < piece.length) begun.push(piece.subarray(start));
    size += piece.length - start;
    if (size > maxBytes) throw tooLong(number);
    if (lines.length > 0) yield { lines, end, isTerminated: true };
  }
  if (size === 0) return;
  yield { lines: [{ number, bytes: Buffer.concat(begun) }], end: end + size, isTerminated: false };
}
