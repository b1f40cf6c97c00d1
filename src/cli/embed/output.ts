/** The output of the command: a file that may be resumed, or a stream. */

import { createWriteStream, truncateSync } from "node:fs";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { isGzip } from "./files.js";
import { gzipMember } from "./gzip-members.js";
import { LineWriter, type LineWriterOptions } from "./line-writer.js";

export class Output {
  readonly writer: LineWriter;
  readonly #stream: Writable;
  readonly #isFile: boolean;

  /**
   * @param path - `undefined` for standard output.
   * @param start - Bytes of a file to keep: what follows them is removed. `undefined` for what is no regular file.
   */
  constructor(
    path: string | undefined,
    start: number | undefined,
    options: Omit<LineWriterOptions, "encode">,
  ) {
    this.#isFile = path !== undefined;
    this.#stream = path === undefined ? process.stdout : openFile(path, start);
    const encode = path !== undefined && isGzip(path) ? gzipMember : undefined;
    this.writer = new LineWriter(this.#stream, { ...options, encode });
  }

  /** Writes what is left, and closes a file. */
  async close(): Promise<void> {
    await this.writer.drained();
    if (!this.#isFile) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}

function openFile(path: string, start = 0): Writable {
  if (start === 0) return createWriteStream(path);
  truncateSync(path, start);
  return createWriteStream(path, { flags: "r+", start });
}
