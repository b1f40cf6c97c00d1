/** The words that the style guide replaces by terms of the field. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

const WORDS = [
  "whoever",
  "whom",
  "anew",
  "for good",
  "under way",
  "lets? in",
  "hears",
  "told of",
  "tells of",
  "bears",
  "bore",
  "mend",
  "travels",
  "by hand",
  "by itself",
  "without a word",
  "half an emoji",
  "left serverless",
  "pays twice",
  "goes on where",
  "everybody",
  "nobody",
  "somebody",
];
const WORD = new RegExp(`\\b(${WORDS.join("|")})\\b`, "i");

/** The list of English stop words is data. */
const DATA = ["src/emulator/lexical/stop-words.ts"];

/** A text and its place. */
interface Passage {
  readonly at: string;
  readonly text: string;
}

interface Cell {
  readonly cell_type: string;
  readonly source: string | readonly string[];
}

const BLOCKS = /^(describe|it|test)(\.\w+)*$/;

function read(file: string): string {
  return readFileSync(`${ROOT}${file}`, "utf8");
}

function filesIn(folder: string): string[] {
  return ts.sys
    .readDirectory(`${ROOT}${folder}`, [".ts"], ["**/node_modules"])
    .map((file) => file.slice(ROOT.length).replaceAll("\\", "/"));
}

/** Returns `file:line: text` for each passage with one of the words. */
function hits(passages: readonly Passage[]): string[] {
  return passages.flatMap(({ at, text }) => {
    const place = text.search(WORD);
    return place < 0 ? [] : `${at}: ${text.slice(Math.max(0, place - 60), place + 60).trim()}`;
  });
}

/** Returns the pages with this extension, without generated ones: src/ is checked for those. */
function pages(extension: string): string[] {
  const generated = ["node_modules", "dist", "docs/reference/api", "etc"].map((name) => `**/${name}`);
  return ts.sys
    .readDirectory(ROOT, [extension], generated)
    .map((file) => file.slice(ROOT.length).replaceAll("\\", "/"));
}

/** Splits Markdown into paragraphs, because a line break may split a term. Inline code may quote a word. */
function paragraphs(at: string, text: string): Passage[] {
  const prose = text.replaceAll(/(?<!`)`[^`\n]+`(?!`)/g, "`…`");
  return prose.split(/\n\s*\n/).map((part) => ({ at, text: part.replaceAll(/\s+/g, " ") }));
}

/** Returns the Markdown cells of a notebook, and the comments in its code cells. */
function notebookText(at: string, json: string): Passage[] {
  const { cells } = JSON.parse(json) as { cells: Cell[] };
  return cells.flatMap(({ cell_type: type, source }, index) => {
    const text = typeof source === "string" ? source : source.join("");
    const prose = type === "markdown" ? text : (text.match(/\/\/.*|\/\*[^]*?\*\//g) ?? []).join("\n");
    return paragraphs(`${at} (cell ${index + 1})`, prose);
  });
}

function linesOf(file: string): Passage[] {
  const text = read(file);
  // A line break in a comment becomes a space, so that a term of two words is found there, too.
  const joined = text.replaceAll(/\n\s*(\*|\/\/) ?/g, " ");
  return joined.split("\n").map((line, index) => ({ at: `${file} (paragraph ${index + 1})`, text: line }));
}

/** Returns the names of `describe` and `it`, including those with `.each`. */
function testNames(file: string): Passage[] {
  const tree = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const names: Passage[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const callee = ts.isCallExpression(node.expression) ? node.expression.expression : node.expression;
      const [name] = node.arguments;
      if (name && ts.isStringLiteralLike(name) && BLOCKS.test(callee.getText())) {
        const { line } = tree.getLineAndCharacterOfPosition(name.getStart());
        names.push({ at: `${file}:${line + 1}`, text: name.text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return names;
}

describe("style guide's word list", () => {
  it("finds a word that is split over two lines of a comment", () => {
    const comment = "/** Lasts for\n * good. */".replaceAll(/\n\s*(\*|\/\/) ?/g, " ");
    expect(WORD.test(comment)).toBe(true);
  });

  it("has no word in src/", () => {
    const files = filesIn("src").filter((file) => !DATA.includes(file));
    expect(hits(files.flatMap(linesOf))).toEqual([]);
  });

  it("has no word in test names", () => {
    const files = [...filesIn("test"), ...filesIn("examples"), ...filesIn("playground"), ...filesIn("tools")];
    expect(hits(files.flatMap(testNames))).toEqual([]);
  });

  it("finds a word in Markdown, and in a notebook's Markdown and comments", () => {
    expect(hits(paragraphs("page", "A retry lasts for\ngood.\n\nNot `anew`."))).toEqual([
      "page: A retry lasts for good.",
    ]);
    const cells = [
      { cell_type: "markdown", source: ["It lasts for\n", "good."] },
      { cell_type: "code", source: ["const bore = 1; // It travels.\n"] },
    ];
    expect(hits(notebookText("book", JSON.stringify({ cells })))).toEqual([
      "book (cell 1): It lasts for good.",
      "book (cell 2): // It travels.",
    ]);
    expect(pages(".md")).toEqual(expect.arrayContaining(["README.md", "docs/reference/errors.md"]));
  });

  it("has no word in Markdown files", () => {
    expect(hits(pages(".md").flatMap((file) => paragraphs(file, read(file))))).toEqual([]);
  });

  it("has no word in notebooks", () => {
    const notebooks = pages(".ipynb");
    expect(notebooks.length).toBeGreaterThan(0);
    expect(hits(notebooks.flatMap((file) => notebookText(file, read(file))))).toEqual([]);
  });
});
