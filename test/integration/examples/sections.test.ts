import { describe, expect, it } from "vitest";
import { sectionsOf } from "../../../examples/start/sections.js";

describe("sectionsOf()", () => {
  it("returns each text with the headings above it", () => {
    const markdown = "before\n# A\nin A\n### B\nin B\n## C\nin C\n# D\nin D";
    expect(sectionsOf(markdown)).toEqual([
      { headings: [], text: "before" },
      { headings: ["A"], text: "in A" },
      { headings: ["A", "B"], text: "in B" },
      { headings: ["A", "C"], text: "in C" },
      { headings: ["D"], text: "in D" },
    ]);
  });

  it("leaves out headings without a text", () => {
    expect(sectionsOf("# A\n\n## B\n\ntext")).toEqual([{ headings: ["A", "B"], text: "text" }]);
  });

  it("recognizes underlined headings, and treats lists and tables before a rule as text", () => {
    expect(sectionsOf("A\n===\nin A\n\nB\n---\nin B\n- item\n---\n| cell\n---\nend")).toEqual([
      { headings: ["A"], text: "in A" },
      { headings: ["A", "B"], text: "in B\n- item\n---\n| cell\n---\nend" },
    ]);
  });

  it.each(["```", "~~~~"])("treats a comment inside %s as code", (fence) => {
    const code = `${fence}sh\n# not a heading\n${fence}`;
    expect(sectionsOf(`# A\n${code}\n# B\nend`)).toEqual([
      { headings: ["A"], text: code },
      { headings: ["B"], text: "end" },
    ]);
  });

  it("removes links, pictures and marks from headings", () => {
    const markdown = "# [Use](https://a.example) `it` **now** ![badge](b.svg) <a name='x'></a> #\ntext";
    expect(sectionsOf(markdown)).toEqual([{ headings: ["Use it now"], text: "text" }]);
  });

  it("loses no line that is not a heading", () => {
    const markdown = "one\r\ntwo\r\n\r\nthree";
    expect(sectionsOf(markdown)).toEqual([{ headings: [], text: "one\ntwo\n\nthree" }]);
  });
});
