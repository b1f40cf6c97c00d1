import { describe, expect, it } from "vitest";
import { cannot } from "../../../../src/core/errors/together-error.js";
import {
  anything,
  boolean,
  func,
  integer,
  number,
  object,
  oneOf,
  string,
  type AnyOption,
  type OptionError,
} from "../../../../src/core/options/option-types.js";

const error: OptionError = (problem, fix, code = "invalid_option") => cannot(code, "do it", problem, fix);

/** Returns the error for a value; `undefined` for a valid value. */
function errorMessage(option: AnyOption, value: unknown): string | undefined {
  try {
    expect(option.check(value, "name", error)).toBe(value);
    return undefined;
  } catch (reason) {
    return (reason as Error).message.replace(/ \(see .+\)$/, "").replace(/^Cannot do it: /, "");
  }
}

describe("option types", () => {
  it.each<[string, () => AnyOption, unknown[], unknown[], string]>([
    ["string()", () => string(), ["", "a"], [undefined, true], "a string"],
    ["boolean()", () => boolean(), [true, false], ["true", null], "true or false"],
    ["number()", () => number(), [0, -0.5], ["1", true], "a finite number"],
    [
      "integer()",
      () => integer({ min: 2 }),
      [2, Number.MAX_SAFE_INTEGER],
      ["2"],
      "a whole number, 2 or more",
    ],
    ["integer() with max", () => integer({ min: 0, max: 3 }), [0, 3], ["3"], "a whole number, from 0 to 3"],
    ["oneOf()", () => oneOf(["a", "b"]), ["a", "b"], ["c", "", ["a"]], '"a" or "b"'],
    ["func()", () => func(), [String, () => {}], ["String", {}], "a function"],
    [
      "object()",
      () => object<Map<string, string>>("a map", ["get", "set"]),
      [new Map(), { get: String, set: String }],
      ["map", {}, { get: String }, { get: String, set: "" }],
      "a map, with `get` and `set`",
    ],
  ])("accepts only values of its type: %s", (_, create, accepted, rejected, expected) => {
    const option = create();
    for (const value of accepted) expect(errorMessage(option, value)).toBeUndefined();
    for (const value of rejected) expect(errorMessage(option, value)).toMatch(/^`name` is (an? )?[a-z]+; /);
    for (const value of rejected) expect(errorMessage(option, value)).toContain(`; it must be ${expected}`);
  });

  it.each([
    [1, "`name` is 1; it must be a whole number, from 2 to 3"],
    [4, "`name` is 4; it must be a whole number, from 2 to 3"],
    [2.5, "`name` is 2.5; it must be a whole number, from 2 to 3"],
  ])("rejects %d for integer() and quotes it", (value, message) => {
    expect(errorMessage(integer({ min: 2, max: 3 }), value)).toBe(message);
  });

  it("passes any value on, and has no default, for anything()", () => {
    for (const value of [0, "", null, { a: 1 }]) expect(anything().check(value, "name", error)).toBe(value);
    expect(anything().default("m", error)).toBeUndefined();
  });

  it("rejects an infinite value for number()", () => {
    expect(errorMessage(number(), Number.NaN)).toBe("`name` is NaN; it must be a finite number");
  });

  it("returns the default that is set: a value, or a function of the model's id", () => {
    const options = [string({ default: "a" }), string({ default: (model) => `of ${model}` }), string()];
    expect(options.map((option) => option.default("m", error))).toEqual(["a", "of m", undefined]);
    expect(func<typeof String, typeof String>(String).default("m", error)).toBe(String);
    expect(func().default("m", error)).toBeUndefined();
  });

  it("returns the environment variables that are set, and converts nothing", () => {
    expect(string({ environment: ["ONE", "TWO"] }).environment).toEqual(["ONE", "TWO"]);
    expect(string().check(" a ", "name", error)).toBe(" a ");
  });
});
