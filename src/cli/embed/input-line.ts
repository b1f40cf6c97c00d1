/** Reads one line of the input. */

import { isUtf8 } from "node:buffer";
import { describeType, isBlank } from "../../core/validate-texts.js";

/** A line with a text. */
export interface TextLine {
  readonly kind: "text";
  readonly text: string;
  /** The line as it was written, without the `}` at its end: the beginning of the output's line. */
  readonly head: Buffer;
}

/** The content of a line of the input. An empty line is neither an error nor a line of the output. */
export type InputLine =
  TextLine | { readonly kind: "malformed"; readonly problem: string } | { readonly kind: "empty" };

const CLOSING_BRACE = 125;
/** White space in JSON: tab, line feed, carriage return, space. */
const WHITE_SPACE = new Set([9, 10, 13, 32]);
const BYTE_ORDER_MARK = Buffer.from("\uFEFF");

/**
 * Parses a line.
 *
 * @param field - The field that holds the text.
 * @param isFirst - A file may begin with a byte order mark, which is left out.
 */
export function parseInputLine(line: Buffer, field: string, isFirst: boolean): InputLine {
  const hasMark = isFirst && line.subarray(0, 3).equals(BYTE_ORDER_MARK);
  const bytes = withoutEnd(hasMark ? line.subarray(3) : line);
  if (bytes.length === 0) return { kind: "empty" };
  if (!isUtf8(bytes)) return malformed("is not UTF-8");
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString());
  } catch {
    return malformed("is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return malformed(`is not an object but ${describeType(value)}`);
  }
  const text = Object.hasOwn(value, field) ? (value as Record<string, unknown>)[field] : undefined;
  if (text === undefined) return malformed(`has no "${field}"`);
  if (typeof text !== "string") return malformed(`has a "${field}" that is ${describeType(text)}`);
  if (isBlank(text)) return malformed(`has a blank "${field}"`);
  if (Object.hasOwn(value, "embedding")) return malformed('has an "embedding" already');
  return { kind: "text", text, head: bytes.subarray(0, bytes.lastIndexOf(CLOSING_BRACE)) };
}

function malformed(problem: string): InputLine {
  return { kind: "malformed", problem };
}

/** Returns a line without white space at its end, such as the carriage return of Windows. */
function withoutEnd(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && WHITE_SPACE.has(line[end - 1] as number)) end--;
  return line.subarray(0, end);
}
