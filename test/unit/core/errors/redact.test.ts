import { describe, expect, it } from "vitest";
import { quoteServerMessage } from "../../../../src/core/errors/redact.js";

const HIDDEN = " (its message may quote what was sent and is left out)";

function quoted(message: string, secrets: readonly string[] = [], code = ""): string {
  return quoteServerMessage({ message, code, type: "" }, secrets);
}

describe("what a server says", () => {
  it.each([
    ["is nothing to speak of if it is empty", "", ""],
    ["is nothing to speak of if it is blank", " \n\t", ""],
    ["stands in one line, without blanks around it", "  one\r\n\ttwo ", ' ("one two")'],
  ])("%s", (_, message, said) => {
    expect(quoted(message)).toBe(said);
  });

  it("is quoted up to 300 characters, and never half of one", () => {
    expect(quoted("a".repeat(300))).toBe(` ("${"a".repeat(300)}")`);
    expect(quoted("a".repeat(301))).toBe(` ("${"a".repeat(300)}")`);
    expect(quoted(`${"a".repeat(299)}🐝`).isWellFormed()).toBe(true);
  });

  it("comes after its code, unless that is a sentence or holds a secret", () => {
    expect(quoted("", [], "too_many")).toBe(" [too_many]");
    expect(quoted("no", [], "too_many")).toBe(' [too_many] ("no")');
    expect(quoted("no", [], "a sentence")).toBe(' ("no")');
    expect(quoted("no", [], "x".repeat(61))).toBe(' ("no")');
    expect(quoted("no", ["my-key"], "my-key")).toBe(' ("no")');
  });
});

describe("what was sent is not repeated:", () => {
  it.each([
    ["a short text", "found cat here", "cat"],
    ["a text of twelve characters", "found abcdefghijkl here", "abcdefghijkl"],
    ["a text of thirteen", "found abcdefghijklm here", "abcdefghijklm"],
    ["the beginning of a longer one", "at abcdefghijkl", "abcdefghijkl and then more"],
    ["the end of a longer one", "abcdefghijkl ...", "more and then abcdefghijkl"],
    ["another case", "found ABCDEFGHIJKL here", "abcdefghijkl and then more"],
    ["without the blanks around it", "found cat.", " \ncat\t"],
    ["blanks in other numbers", "found two blanks here", "two \t\n blanks"],
    ["line breaks, escaped as in JSON", String.raw`found line one\nline two`, "line one\nline two"],
    ["quotation marks, escaped as in JSON", String.raw`found a \"b\" c`, 'a "b" c'],
    ["letters, escaped as in JSON", String.raw`at the end \u0061bcdefghijkl`, "abcdefghijkl and then more"],
  ])("%s", (_, message, secret) => {
    expect(quoted(message, ["another", secret])).toBe(HIDDEN);
  });

  it.each([
    ["a text of two characters", "no cats here", "no"],
    ["an empty text", "no cats here", ""],
    ["fewer than twelve characters of a longer one", "found abcdefghijk, here", "abcdefghijk and then more"],
    ["blanks alone", "no cats here", "   "],
  ])("but %s gives nothing away", (_, message, secret) => {
    expect(quoted(message, [secret])).toBe(` ("${message}")`);
  });

  it("nor is anything said beside more than two million characters, which would take too long to search", () => {
    const half = "x".repeat(1_000_000);
    expect(quoted("no", [half, half])).toBe(' ("no")');
    expect(quoted("no", [half, half, "y"])).toBe(HIDDEN);
  });
});
