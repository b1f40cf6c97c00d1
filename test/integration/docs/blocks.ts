import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A piece of TypeScript that a reader may copy. */
export interface Block {
  /** Where it stands, as `README.md:15`. */
  readonly name: string;
  readonly code: string;
}

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A block in Markdown, or in a comment, whose lines begin with a star; behind `ts` the folder whose packages it needs. */
const FENCED = /^(?<margin>[ \t]*(?:\* )?)```ts ?(?<folder>\S*)\n(?<code>.*?)^[ \t]*(?:\* )?```$/gms;

/** Pages whose blocks test/e2e/migrations runs, with packages that are not installed here; and copies of the doc comments. */
const ELSEWHERE = [join("docs", "migration"), join("docs", "reference", "api")];

/**
 * Every block of TypeScript in the Markdown files and in the doc comments of the source.
 *
 * @param folder - Whose packages they need; the root's, if it is left out.
 */
export function documentedBlocks(folder = ""): Block[] {
  return documents().flatMap((file) => blocksOf(file, folder));
}

/** The folders besides the root whose packages some block needs. */
export function foldersOfBlocks(): string[] {
  const named = documents().flatMap((file) => [...textOf(file).matchAll(FENCED)]);
  return [...new Set(named.map(({ groups }) => groups?.["folder"] ?? ""))].filter((folder) => folder !== "");
}

function documents(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const pages = filesOf("docs", ".md").filter((file) => !ELSEWHERE.some((folder) => file.startsWith(folder)));
  return [...atRoot, ...pages, ...filesOf("src", ".ts")];
}

function textOf(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

function filesOf(folder: string, ending: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** Every block of TypeScript in a file that needs the packages of a folder, in their order. */
export function blocksOf(file: string, folder = ""): Block[] {
  const text = textOf(file);
  const found = [...text.matchAll(FENCED)].filter(({ groups }) => groups?.["folder"] === folder);
  return found.map(({ index, groups }) => ({
    name: `${file}:${text.slice(0, index).split("\n").length}`,
    code: withoutMargin(groups?.["code"] ?? "", groups?.["margin"] ?? ""),
  }));
}

function withoutMargin(code: string, margin: string): string {
  return code
    .split("\n")
    .map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line.replace(/^\s*\*$/, "")))
    .join("\n");
}
