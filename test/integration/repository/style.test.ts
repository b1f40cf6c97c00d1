/** Words that STYLE's term table replaces: this project writes in the field's terms. */

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

/** Words of a text, not of ours: the list of English stop words. */
const DATA = ["src/emulator/lexical/stop-words.ts"];

const BLOCKS = /^(describe|it|test)(\.\w+)*$/;

function filesIn(folder: string): string[] {
  return ts.sys
    .readDirectory(`${ROOT}${folder}`, [".ts"], ["**/node_modules"])
    .map((file) => file.slice(ROOT.length).replaceAll("\\", "/"));
}

/** `file:line: text`, for each line with one of the words. */
function hits(lines: readonly { readonly at: string; readonly text: string }[]): string[] {
  return lines.filter(({ text }) => WORD.test(text)).map(({ at, text }) => `${at}: ${text.trim()}`);
}

function linesOf(file: string): { at: string; text: string }[] {
  const text = readFileSync(`${ROOT}${file}`, "utf8");
  // One space for a line break in a comment, so that a term of two words is found there as well.
  const joined = text.replaceAll(/\n\s*(\*|\/\/) ?/g, " ");
  return joined.split("\n").map((line, index) => ({ at: `${file} (paragraph ${index + 1})`, text: line }));
}

/** The names that `describe` and `it` give, with those that `.each` adds its values to. */
function testNames(file: string): { at: string; text: string }[] {
  const tree = ts.createSourceFile(
    file,
    readFileSync(`${ROOT}${file}`, "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const names: { at: string; text: string }[] = [];
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

  it("has no word in a test's name", () => {
    const files = [...filesIn("test"), ...filesIn("examples"), ...filesIn("playground"), ...filesIn("tools")];
    expect(hits(files.flatMap(testNames))).toEqual([]);
  });
});
