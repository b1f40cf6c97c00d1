import { describe, expect, it } from "vitest";
import { quoteServerMessage } from "../../../../src/core/errors/redact.js";

const HIDDEN = " (its message is omitted: it may quote the request)";

function quoted(message: string, secrets: readonly string[] = [], code = ""): string {
  return quoteServerMessage({ message, code, type: "" }, secrets);
}

describe("quoteServerMessage()", () => {
  it.each([
    ["omits an empty message", "", ""],
    ["omits a blank message", " \n\t", ""],
    ["trims a message and writes it in one line", "  one\r\n\ttwo ", ' ("one two")'],
  ])("%s", (_, message, quote) => {
    expect(quoted(message)).toBe(quote);
  });

  it("quotes up to 300 characters without unpaired surrogates", () => {
    expect(quoted("a".repeat(300))).toBe(` ("${"a".repeat(300)}")`);
    expect(quoted("a".repeat(301))).toBe(` ("${"a".repeat(300)}")`);
    expect(quoted(`${"a".repeat(299)}🐝`).isWellFormed()).toBe(true);
  });

  it("quotes the code first, unless it is a sentence or contains a secret", () => {
    expect(quoted("", [], "too_many")).toBe(" [too_many]");
    expect(quoted("no", [], "too_many")).toBe(' [too_many] ("no")');
    expect(quoted("no", [], "a sentence")).toBe(' ("no")');
    expect(quoted("no", [], "x".repeat(61))).toBe(' ("no")');
    expect(quoted("no", ["my-key"], "my-key")).toBe(' ("no")');
  });
});

describe("quoteServerMessage(): secrets", () => {
  it.each([
    ["a short text", "found cat here", "cat"],
    ["a text of twelve characters", "found abcdefghijkl here", "abcdefghijkl"],
    ["a text of thirteen", "found abcdefghijklm here", "abcdefghijklm"],
    ["the beginning of a longer one", "at abcdefghijkl", "abcdefghijkl and then more"],
    ["the end of a longer one", "abcdefghijkl ...", "more and then abcdefghijkl"],
    ["a text in another case", "found ABCDEFGHIJKL here", "abcdefghijkl and then more"],
    ["a text without the white space around it", "found cat.", " \ncat\t"],
    ["a text with other white space", "found two blanks here", "two \t\n blanks"],
    ["line breaks, escaped as in JSON", String.raw`found line one\nline two`, "line one\nline two"],
    ["quotation marks, escaped as in JSON", String.raw`found a \"b\" c`, 'a "b" c'],
    ["letters, escaped as in JSON", String.raw`at the end \u0061bcdefghijkl`, "abcdefghijkl and then more"],
  ])("omits a message that contains %s", (_, message, secret) => {
    expect(quoted(message, ["another", secret])).toBe(HIDDEN);
  });

  it.each([
    ["a text of two characters", "no cats here", "no"],
    ["an empty text", "no cats here", ""],
    ["fewer than twelve characters of a longer one", "found abcdefghijk, here", "abcdefghijk and then more"],
    ["a blank text", "no cats here", "   "],
  ])("quotes a message that contains only %s", (_, message, secret) => {
    expect(quoted(message, [secret])).toBe(` ("${message}")`);
  });

  it("omits the message of a request with more than two million characters, which take too long to search", () => {
    const half = "x".repeat(1_000_000);
    expect(quoted("no", [half, half])).toBe(' ("no")');
    expect(quoted("no", [half, half, "y"])).toBe(HIDDEN);
  });
});
