/** The links of Markdown files, and their targets with GitHub's anchors. */

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import GithubSlugger from "github-slugger";
import { marked, type Token } from "marked";
import ts from "typescript";
import { ROOT } from "./blocks.js";

/** A link in a file. */
export interface Link {
  readonly file: string;
  readonly href: string;
}

/** Returns the paths of the Markdown files of this repository, relative to its root. */
export function markdownFiles(): string[] {
  const found = ts.sys.readDirectory(ROOT, [".md"], ["**/node_modules", "dist", ".cache", ".stryker-tmp"]);
  return found.map((path) => relative(ROOT, path));
}

/** Returns the links and pictures of a file whose targets are in this repository. */
export function linksOf(file: string): Link[] {
  const links: Link[] = [];
  void marked.walkTokens(tokensOf(file), (token) => {
    if (token.type === "link" || token.type === "image") links.push({ file, href: String(token["href"]) });
    if (token.type === "html") links.push(...inHtml(token.raw, /href|src/).map((href) => ({ file, href })));
  });
  return links.filter(({ href }) => !/^[a-z]+:/.test(href));
}

/** Returns the problem of a broken link; `undefined` for a valid link. */
export function problemOf({ file, href }: Link): string | undefined {
  const [path = "", anchor] = href.split("#");
  const target = path === "" ? file : join(dirname(file), decodeURI(path));
  if (target.startsWith("../..") || !existsSync(join(ROOT, target))) return `${file}: ${href}: no such file`;
  if (anchor === undefined) return undefined;
  if (target.endsWith(".md") && anchorsOf(target).has(anchor)) return undefined;
  return `${file}: ${href}: no such heading`;
}

const known = new Map<string, ReadonlySet<string>>();

/** Returns the anchors of a file: those that GitHub creates for headings, and those of HTML elements. */
function anchorsOf(file: string): ReadonlySet<string> {
  const anchors = known.get(file) ?? findAnchors(file);
  known.set(file, anchors);
  return anchors;
}

function findAnchors(file: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  void marked.walkTokens(tokensOf(file), (token) => {
    if (token.type === "heading") anchors.add(slugger.slug(plain(token)));
    if (token.type === "html") inHtml(token.raw, /id|name/).forEach((name) => anchors.add(name));
  });
  return anchors;
}

/** Returns the text of a heading without marks. */
function plain(token: Token): string {
  if ("tokens" in token && token.tokens) return token.tokens.map(plain).join("");
  return "text" in token ? token.text : token.raw;
}

function inHtml(html: string, attribute: RegExp): string[] {
  const written = new RegExp(`\\b(?:${attribute.source})="([^"]*)"`, "g");
  return [...html.matchAll(written)].map(([, value = ""]) => value);
}

function tokensOf(file: string): Token[] {
  return marked.lexer(readFileSync(join(ROOT, file), "utf8"));
}
