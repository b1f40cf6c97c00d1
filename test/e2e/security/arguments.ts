/** Wrong arguments for several classes and methods, and the messages of their errors. */

import { expect } from "vitest";
import type { Emulator } from "../../../src/emulator/index.js";
import { isTogetherError } from "../../../src/index.js";
import { bench, KEY } from "../../support/emulate.js";

/** A class with its name. */
export type Class = readonly [name: string, create: (options: never) => unknown];

/** A method with its name, called with the tested argument. */
export type Method = readonly [name: string, call: (emulator: Emulator, argument: never) => unknown];

/** A call with a wrong argument, and the message of its error. */
export type Attempt = readonly [label: string, call: (emulator: Emulator) => unknown, message: RegExp];

/** Returns the options of a client that uses the emulator. */
export const optionsFor = ({ fetch }: Emulator, options: object = {}) => ({ apiKey: KEY, fetch, ...options });

export const controller = new AbortController();

/** Wrong options of a call, and the messages of their errors. */
const wrongCallOptions: readonly (readonly [label: string, options: unknown, names: RegExp])[] = [
  ["null", null, /`options` are null/],
  ["a number", 5, /`options` are a number/],
  ["a function", () => {}, /`options` are a function/],
  ["a signal instead of { signal }", controller.signal, /`options` are an AbortSignal/],
  ["{ signal: controller }", { signal: controller }, /`signal` is an AbortController; pass its `signal`/],
  ["{ signal: {} }", { signal: {} }, /`signal` is an object; it must be an AbortSignal/],
  ["{ signal: null }", { signal: null }, /`signal` is null/],
  [
    "{ abortSignal }",
    { abortSignal: controller.signal },
    /`abortSignal` is not an option; did you mean `signal`/,
  ],
  ["{ onProgress: 5 }", { onProgress: 5 }, /`onProgress` is 5; it must be a function/],
];

/** Returns the attempts with all wrong options of a call, for one method. */
export function callAttempts([method, call]: Method): Attempt[] {
  return wrongCallOptions.map(([label, options, message]) => [
    `${method} with ${label}`,
    (emulator) => call(emulator, options as never),
    message,
  ]);
}

export const NOT_AN_ARRAY = /(texts|documents) are not an array but/;

/** Values that are not arrays. */
export const nonArrays = [
  ["a string", "abc"],
  ["null", null],
  ["undefined", undefined],
  ["a set", new Set(["a"])],
  ["an iterator", ["a"].values()],
  ["an array-like object", { length: 1, 0: "a" }],
] as [string, never][];

const wrongOptions = [
  ["nothing", undefined, /it was given no options/],
  ["null", null, /it was given no options/],
  ["a number", 5, /it was given no options/],
  ["the model's id", "BAAI/bge-base-en-v1.5", /it was given no options/],
  ["a map", new Map([["model", "m"]]), /it was given no options/],
  ["{}", {}, /`model` is missing/],
  ["{ modelName }", { modelName: "m" }, /did you mean `model`/],
  ["{ model: {} }", { model: {} }, /`model` is an object/],
  ["{ headers }", { model: "m", apiKey: KEY, headers: {} }, /`headers` is not an option; .*`client: /],
  ["{ onEvent: 5 }", { model: "m", apiKey: KEY, onEvent: 5 }, /`onEvent` is 5/],
] as [string, never, RegExp][];

/** Returns the attempts with all wrong options, for one class. */
export function constructorAttempts([name, create]: Class): Attempt[] {
  return wrongOptions.map(([label, options, message]) => [
    `${name} of ${label}`,
    () => create(options),
    message,
  ]);
}

/** Asserts that an attempt throws a `TogetherError` that names the argument, without a request. Returns the error. */
export async function errorNaming(...[, call, message]: Attempt): Promise<unknown> {
  const { emulator } = bench();
  let error: unknown;
  try {
    await call(emulator);
  } catch (caught) {
    error = caught;
  }
  expect(isTogetherError(error)).toBe(true);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toMatch(/^Cannot [a-z].+: .+; .+ \(see /);
  expect(emulator.requests.length).toBe(0);
  return error;
}
