import { readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, type Token, type Tokens } from "marked";
import { ROOT } from "../../integration/docs/blocks.js";

const PAGE = "docs/contributing/recipes.md";

/** A change that the page makes before the reader's eyes. */
export interface WorkedChange {
  /** Its heading. */
  readonly title: string;
  /** What `git apply` reads. */
  readonly diff: string;
  /** What then has to pass. */
  readonly commands: readonly string[];
  /** The file that is easily forgotten, and the test that then fails. */
  readonly forgotten: { readonly file: string; readonly test: string } | undefined;
}

/** Every chapter of the page. */
export function workedChanges(): WorkedChange[] {
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

function forgottenIn(tokens: readonly Token[]): WorkedChange["forgotten"] {
  const text = tokens.map(({ raw }) => raw).join("");
  const [, file, test] = /^Without `([^`]+)`, `([^`]+)` fails\.$/m.exec(text) ?? [];
  return file && test ? { file, test } : undefined;
}
