/** Reads the options of a call. */

import type { CallOptions, Progress } from "../call-options.js";
import { cannot } from "../errors/together-error.js";
import { describeType } from "../validate-texts.js";
import { isOptions, OptionReader } from "./option-reader.js";
import { func, type AnyTable, type Option, type OptionTable, type Resolved } from "./option-types.js";

/** An abort signal of any class: a test environment has another class than Node. */
export const abortSignal: Option<AbortSignal, AbortSignal | undefined> = {
  check: (value, name, error) => {
    const given = Object(value) as Partial<AbortSignal & AbortController>;
    if (typeof given.throwIfAborted === "function" && typeof given.addEventListener === "function") {
      return value as AbortSignal;
    }
    if (typeof given.abort === "function" && given.signal) {
      throw error(`\`${name}\` is an AbortController`, "pass its `signal`");
    }
    throw error(`\`${name}\` is ${describeType(value)}`, "it must be an AbortSignal");
  },
  default: () => undefined,
};

/** One entry per option of a call. */
export const callOptions = {
  signal: abortSignal,
  onProgress: func<(progress: Progress) => void>(),
} as const satisfies OptionTable<CallOptions>;

/**
 * Checks the options of a call.
 *
 * @param given - Anything, because JavaScript callers pass anything.
 * @throws {@link TogetherError} `invalid_option`.
 */
export function readCallOptions<Table extends AnyTable>(
  given: unknown,
  table: Table,
  task: string,
): Resolved<Table> {
  const options = given === undefined ? {} : given;
  if (isOptions(options, table)) return new OptionReader(options, table, "", "", task).readAll();
  const fix = "pass an object such as `{ signal }`";
  throw cannot("invalid_option", task, `the call's \`options\` are ${describeOptions(options)}`, fix);
}

function describeOptions(value: unknown): string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return describeType(value);
  return "throwIfAborted" in value ? "an AbortSignal" : "an object without any of them";
}
