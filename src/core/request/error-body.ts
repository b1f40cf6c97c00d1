/** Reads error bodies that are not JSON. Pure. */

import type { ErrorBody } from "../errors/failure.js";

const NO_WORDS: ErrorBody = { message: "", type: "", code: "" };

/**
 * Reads the body of an error response that is not JSON: plain text, or JSON that was cut off because it repeats the
 * request. Of a web page nothing is read.
 */
export function readErrorText(text: string): ErrorBody {
  if (/^\s*</.test(text)) return NO_WORDS;
  if (!/^\s*[[{]/.test(text)) return { ...NO_WORDS, message: text };
  const value = (names: string): string =>
    new RegExp(`"(?:${names})"\\s*:\\s*"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)`).exec(text)?.[1] ?? "";
  return { message: value("message|error|detail|msg"), type: value("type"), code: value("code") };
}
