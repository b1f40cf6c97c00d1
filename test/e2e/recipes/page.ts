import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";
import { ROOT } from "../../integration/docs/blocks.js";

const PAGE = "docs/contributing/recipes.md";

/** A recipe of the page: a change of the package. */
export interface Recipe {
  /** Its heading. */
  readonly title: string;
  /** The change, for `git apply`. */
  readonly diff: string;
  /** Commands that must succeed after the change. */
  readonly commands: readonly string[];
  /** A file of the change that is easily forgotten, and the test that fails without it. */
  readonly forgotten: { readonly file: string; readonly test: string } | undefined;
}

/** Returns the recipes of the page. */
export function readRecipes(): Recipe[] {
  const chapters: { title: string; tokens: Token[] }[] = [];
  for (const token of marked.lexer(readFileSync(join(ROOT, PAGE), "utf8"))) {
    if (isHeading(token) && token.depth === 2) chapters.push({ title: token.text, tokens: [] });
    else chapters.at(-1)?.tokens.push(token);
  }
  return chapters.map(({ title, tokens }) => ({
    title,
    diff: codeIn(tokens, "diff"),
    commands: codeIn(tokens, "sh").split("\n").filter(Boolean),
    forgotten: forgottenIn(tokens),
  }));
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

function isCode(token: Token): token is Tokens.Code {
  return token.type === "code";
}

function codeIn(tokens: readonly Token[], language: string): string {
  const blocks = tokens.filter(isCode).filter(({ lang }) => lang === language);
  return blocks.map(({ text }) => `${text}\n`).join("");
}

function forgottenIn(tokens: readonly Token[]): Recipe["forgotten"] {
  const text = tokens.map(({ raw }) => raw).join("");
  const [, file, test] = /^Without `([^`]+)`, `([^`]+)` fails\.$/m.exec(text) ?? [];
  return file && test ? { file, test } : undefined;
}
