/**
 * Classifies an error that `fetch`, the SDK or the body of a response has thrown: a lost connection, a bad certificate,
 * or a programming error. Only known phrases of a message are quoted, because it may contain the request.
 */

import type { Failure } from "../errors/failure.js";
import { isSystemCode } from "../errors/redact.js";

/** Programming errors. Not `SyntaxError`: a custom `fetch` throws it for a bad JSON response. */
const MISTAKES = /^(ReferenceError|RangeError|InvalidArgumentError|NotSupportedError)$/;

/**
 * The phrases with which platforms report a lost connection, most of them as a `TypeError` without a code. Order:
 * Chrome; Safari; Node, undici, Deno; undici; Firefox (before and in a response); Chrome (in a response); React Native
 * and the polyfill whatwg-fetch; workerd; Deno; Safari 16. The tests of this file name a source for each.
 */
const LOST_CONNECTION =
  /^(failed to fetch|load failed|fetch failed|terminated|networkerror when attempting|error in (input|body) stream|network error|network request|network connection lost|error (sending request|reading a body)|the (internet|network) connection)/i;

/** OpenSSL's codes for a certificate that is not trusted, as Node and Bun report them (Node's TLS documentation, 2026). */
const CERTIFICATE =
  /(^|_)(CERT|CRL)(_|$)|^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)$/;

/** Names that contain no text of a request. */
const HARMLESS_NAME = /^[A-Za-z]{0,30}(Error|Exception)$/;

/** Deno's words for the same (Deno 2.9, tried 2026-11). */
const DENO_CERTIFICATE = /invalid peer certificate/;

/** The error for an undici Agent of another version. */
const WRONG_ARGUMENT = /^(ERR|UND_ERR_INVALID|UND_ERR_NOT_SUPPORTED)(_|$)/;

const LOG_IT = "catch and log the error inside it; it is not quoted here, because it may quote the request";

/** The fields of an error that are read. A missing field is an empty string. */
interface Thrown {
  readonly name: string;
  readonly code: string;
  /** Read, but never quoted. */
  readonly message: string;
  readonly hasStack: boolean;
}

/**
 * Describes a thrown value.
 *
 * @param thrower - The source of the error, for the message.
 * @param isCut - Whether the response had begun.
 */
export function thrownFailure(error: unknown, thrower: string, isCut: boolean): Failure {
  const causes = causesOf(error);
  const code = causes.findLast((cause) => cause.code !== "")?.code ?? "";
  if (CERTIFICATE.test(code) || causes.some(({ message }) => DENO_CERTIFICATE.test(message))) {
    return { kind: "certificate", detail: code || "invalid peer certificate" };
  }
  const mistake = causes.find((cause) => isMistake(cause, code));
  if (mistake) {
    const name = `${/^[AEIOU]/.test(mistake.name) ? "an" : "a"} ${mistake.name}`;
    return { kind: "option", problem: `${thrower} threw ${name}${code && ` (${code})`}`, fix: LOG_IT };
  }
  return { kind: "connection", detail: detailOf(causes, code) ?? "no connection", isCut };
}

/** Whether it is a programming error, not a network failure: a retry would throw it again. */
function isMistake({ name, message, hasStack }: Thrown, code: string): boolean {
  if (MISTAKES.test(name)) return true;
  if (name !== "TypeError" || LOST_CONNECTION.test(message)) return false;
  // Bun's lost connections are TypeErrors with a system's code. Safari's have no stack, and are in the user's language.
  return code === "" ? hasStack : WRONG_ARGUMENT.test(code);
}

/** A specific name with the code; otherwise the known phrase, or any name. */
function detailOf(causes: readonly Thrown[], code: string): string | undefined {
  const names = causes.map(({ name }) => name).filter((name) => name !== "");
  const telling = names.find((name) => !/^(Type|Aggregate)?Error$/.test(name));
  if (telling || code) return [telling, code].filter(Boolean).join(" ");
  const phrases = causes.map(({ message }) => LOST_CONNECTION.exec(message)?.[0]);
  return phrases.find((phrase) => phrase !== undefined) ?? names[0];
}

/** Reads an error and its causes, from the outermost to the innermost. */
function causesOf(error: unknown): Thrown[] {
  const causes: Thrown[] = [];
  try {
    let cause = error;
    for (let depth = 0; depth < 5 && typeof cause === "object" && cause !== null; depth++) {
      const { name, code, message, stack } = cause as Readonly<Record<string, unknown>>;
      causes.push({
        name: matching(name, HARMLESS_NAME),
        code: isSystemCode(code) ? code : "",
        message: matching(message, /^/),
        hasStack: matching(stack, /./) !== "",
      });
      ({ cause } = cause as { cause?: unknown });
    }
  } catch {
    // A getter of a foreign error has thrown: what was read before it counts.
  }
  return causes;
}

function matching(value: unknown, pattern: RegExp): string {
  return typeof value === "string" && pattern.test(value) ? value : "";
}
