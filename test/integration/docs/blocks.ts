import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A code block of TypeScript in the documentation. */
export interface Block {
  /** The file and line, such as `README.md:15`. */
  readonly name: string;
  readonly code: string;
}

export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A block in Markdown or in a doc comment with leading stars. After `ts` is the folder with the required packages. */
const FENCED = /^(?<margin>[ \t]*(?:\* )?)```ts ?(?<folder>\S*)\n(?<code>.*?)^[ \t]*(?:\* )?```$/gms;

/** Pages that test/e2e/migrations runs with packages that are not installed here, and copies of the doc comments. */
const EXCLUDED = [join("docs", "migration"), join("docs", "reference", "api")];

/**
 * Returns the blocks of TypeScript in the Markdown files and in the doc comments of the source.
 *
 * @param folder - The folder whose packages they need; by default the root.
 */
export function documentedBlocks(folder = ""): Block[] {
  return documents().flatMap((file) => blocksOf(file, folder));
}

/** Returns the folders other than the root whose packages a block needs. */
export function foldersOfBlocks(): string[] {
  const named = documents().flatMap((file) => [...textOf(file).matchAll(FENCED)]);
  return [...new Set(named.map(({ groups }) => groups?.["folder"] ?? ""))].filter((folder) => folder !== "");
}

function documents(): string[] {
  const atRoot = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const pages = filesOf("docs", ".md").filter((file) => !EXCLUDED.some((folder) => file.startsWith(folder)));
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

/** Returns the blocks of TypeScript in a file that need the packages of a folder, in their order. */
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
