import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A piece of TypeScript that a reader may copy. */
export interface Block {
  /** Where it stands, as `README.md:15`. */
  readonly name: string;
  readonly code: string;
}

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A block in Markdown, or in a comment, whose lines begin with a star. */
const FENCED = /^(?<margin>[ \t]*(?:\* )?)```ts\n(?<code>.*?)^[ \t]*(?:\* )?```$/gms;

/** Pages whose blocks need packages that are not installed here: test/moving runs them. */
const ELSEWHERE = join("docs", "moving");

/** Every block of TypeScript in the Markdown files and in the doc comments of the source. */
export function documentedBlocks(): Block[] {
  const documents = readdirSync(ROOT).filter((name) => name.endsWith(".md"));
  const pages = filesOf("docs", ".md").filter((file) => !file.startsWith(ELSEWHERE));
  return [...documents, ...pages, ...filesOf("src", ".ts")].flatMap(blocksOf);
}

function filesOf(folder: string, ending: string): string[] {
  if (!existsSync(join(ROOT, folder))) return [];
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

/** Every block of TypeScript in a file, in their order. */
export function blocksOf(file: string): Block[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  return [...text.matchAll(FENCED)].map(({ index, groups }) => ({
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
