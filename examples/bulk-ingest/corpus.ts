import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { idOf } from "../support/passage-id.js";
import type { StoredPassage } from "../support/passages.js";

/** A range of lines of a corpus, in bytes. A job contains only a range, so its size does not depend on the texts. */
export interface Range {
  readonly start: number;
  readonly end: number;
  /** Number of its first line, from 1. */
  readonly line: number;
}

/** The contents of a range. */
export interface Portion {
  readonly range: Range;
  readonly passages: readonly StoredPassage[];
  /** Lines without a valid passage, and the reasons. */
  readonly bad: readonly BadPassage[];
}

export interface BadPassage {
  readonly line: number;
  readonly problem: string;
}

/** Splits a corpus of JSON lines, `{ "text": "...", "file": "..." }`, into ranges. It holds one range in memory. */
export async function* rangesOf(corpus: string, size: number): AsyncGenerator<Range> {
  let [start, end, line, lines] = [0, 0, 1, 0];
  for await (const piece of createReadStream(corpus) as AsyncIterable<Buffer>) {
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) {
      if (++lines < size) continue;
      const next = end + at + 1;
      yield { start, end: next, line };
      [start, line, lines] = [next, line + lines, 0];
    }
    end += piece.length;
  }
  if (end > start) yield { start, end, line };
}

/** Reads a range. Duplicate texts are one passage. */
export async function readRange(corpus: string, range: Range): Promise<Portion> {
  const passages = new Map<string, StoredPassage>();
  const bad: BadPassage[] = [];
  const lines = (await bytesOf(corpus, range)).trimEnd().split("\n");
  lines.forEach((json, place) => {
    const found = passageFrom(json);
    if (typeof found === "string") bad.push({ line: range.line + place, problem: found });
    else passages.set(found.id, found);
  });
  return { range, passages: [...passages.values()], bad };
}

async function bytesOf(corpus: string, { start, end }: Range): Promise<string> {
  const file = await open(corpus);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Returns the passage of a line, or the problem of the line. */
function passageFrom(json: string): StoredPassage | string {
  try {
    const { text, file = "" } = JSON.parse(json) as { text?: unknown; file?: unknown };
    if (typeof text !== "string") return "it has no text";
    // PostgreSQL stores no zero character in a text.
    const clean = text.replaceAll("\0", "").toWellFormed();
    return clean.trim() === "" ? "its text is blank" : { id: idOf(clean), text: clean, file: String(file) };
  } catch {
    return "it is not JSON";
  }
}
