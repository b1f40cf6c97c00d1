import { describe, expect, it } from "vitest";
import { callOptions, readCallOptions } from "../../../../src/core/options/read-call-options.js";

/** Code and message of the error for these options. */
function errorFor(options: unknown): { code?: string; message: string } {
  try {
    readCallOptions(options, callOptions, "embed 1 text");
    return { message: "" };
  } catch (error) {
    return error as Error & { code: string };
  }
}

describe("the options of a call", () => {
  const { signal } = new AbortController();
  const foreign = { aborted: false, throwIfAborted: () => {}, addEventListener: () => {} };

  it.each([
    ["no options", undefined, undefined],
    ["an empty object", {}, undefined],
    ["a signal", { signal }, signal],
    ["a signal of another class", { signal: foreign }, foreign],
    ["a signal that is undefined", { signal: undefined }, undefined],
  ])("may be %s", (_, options, wanted) => {
    expect(readCallOptions(options, callOptions, "embed 1 text").signal).toBe(wanted);
  });

  it.each([
    [new AbortController(), "`signal` is an AbortController; pass its `signal`"],
    ["stop", "`signal` is a string; it must be an AbortSignal"],
    [5, "`signal` is a number; it must be an AbortSignal"],
    [{ abort: () => {} }, "`signal` is an object; it must be an AbortSignal"],
    [{ ...foreign, addEventListener: undefined }, "`signal` is an object; it must be an AbortSignal"],
    [{ ...foreign, throwIfAborted: undefined }, "`signal` is an object; it must be an AbortSignal"],
  ])("reject the signal %o", (given, problem) => {
    const { code, message } = errorFor({ signal: given });
    expect(code).toBe("invalid_option");
    expect(message).toContain(`Cannot embed 1 text: ${problem}`);
  });

  it.each([
    [null, "null"],
    ["signal", "a string"],
    [[], "an array"],
    [[signal], "an array"],
    [signal, "an AbortSignal"],
    [new Map([["signal", signal]]), "an object without any of them"],
  ])("reject %o instead of an object", (options, found) => {
    const { code, message } = errorFor(options);
    expect(code).toBe("invalid_option");
    expect(message).toContain(
      `Cannot embed 1 text: the call's \`options\` are ${found}; pass an object such as \`{ signal }\``,
    );
  });
});
