import { describe, expect, it } from "vitest";
import { OptionReader, splitOptions } from "../../../../src/core/options/option-reader.js";
import { func, integer, oneOf, string, type OptionTable } from "../../../../src/core/options/option-types.js";

interface Options {
  size?: number | undefined;
  mode?: "a" | "b" | undefined;
}

type Table = OptionTable<Options>;

const size = integer({ min: 1, max: 9, default: 5 });
const mode = oneOf(["a", "b"], { default: "b" });

describe("option table", () => {
  it("compiles only with one entry per option, each of exactly the declared type", () => {
    const narrow = oneOf(["a"]);
    const wide = oneOf(["a", "b", "c"]);
    const tables = [
      { size, mode } satisfies Table,
      // @ts-expect-error -- `mode` is missing.
      { size } satisfies Table,
      // @ts-expect-error -- The interface has no `other`.
      { size, mode, other: size } satisfies Table,
      // @ts-expect-error -- A string is no number.
      { size: string(), mode } satisfies Table,
      // @ts-expect-error -- "b" is missing.
      { size, mode: narrow } satisfies Table,
      // @ts-expect-error -- The interface has no "c".
      { size, mode: wide } satisfies Table,
    ];
    expect(tables.length).toBe(6);
  });

  it("fills in defaults with their types", () => {
    const resolved = new OptionReader({ size: 2 }, { size, mode, name: string() }, "Example").readAll();
    const typed: { readonly size: number; readonly mode: "a" | "b"; readonly name: string | undefined } =
      resolved;
    expect(typed).toEqual({ size: 2, mode: "b", name: undefined });
  });

  it("computes a default from the model's id", () => {
    const table = { model: string(), length: integer({ min: 0, default: (model) => model.length }) };
    expect(new OptionReader({ model: "abc" }, table, "Example").read("length")).toBe(3);
    expect(new OptionReader({ model: "abc", length: 0 }, table, "Example").read("length")).toBe(0);
  });

  it("returns a function as a default without calling it", () => {
    const table = { toText: func<typeof String, typeof String>(String) };
    expect(new OptionReader({}, table, "Example").read("toText")).toBe(String);
  });
});

describe("splitOptions()", () => {
  it("returns own options with defaults, and options of core as passed", () => {
    const { own, core } = splitOptions<{ mode: typeof mode }, Options>(
      { size: 3 },
      { mode },
      { size },
      "Example",
    );
    expect([own, core]).toEqual([{ mode: "b" }, { size: 3 }]);
  });

  it("passes no own option to core", () => {
    const { own, core } = splitOptions<{ mode: typeof mode }, Options>(
      { size: 3, mode: "a" },
      { mode },
      { size },
      "Example",
    );
    expect([own, core]).toEqual([{ mode: "a" }, { size: 3 }]);
  });

  it("lists options of core and own ones in the error for an unknown option", () => {
    expect(() => splitOptions({ other: 1 }, { mode }, { size }, "Example")).toThrow(
      "Cannot create Example: `other` is not an option; it takes size, mode",
    );
  });
});
