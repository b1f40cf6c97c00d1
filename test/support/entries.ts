import packageJson from "../../package.json" with { type: "json" };
import { exportsOf, sources } from "./source.js";

const { "./package.json": _, ...offered } = packageJson.exports;
const all = sources();

type Entry = keyof typeof offered;

/** The entries that users import: `.`, `./langchain` and so on. */
export const entries = Object.keys(offered) as Entry[];

/** Returns the source file of an entry: `src/langchain/index.ts`. */
export function sourceOf(entry: Entry): string {
  return offered[entry].import.default.replace(/^\.\/dist\/(.+)\.js$/, "src/$1.ts");
}

/** Returns the exports of an entry, sorted. Types begin with `type`. */
export function surface(entry: Entry): string[] {
  const file = all.find(({ path }) => path === sourceOf(entry));
  return file ? exportsOf(file) : [];
}
