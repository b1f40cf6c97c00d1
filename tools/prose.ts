/**
 * Measures the prose of README and docs, without code: search terms, punctuation, imperatives, forms of address.
 *
 * `npx tsx tools/prose.ts` measures README and each group of docs; `npx tsx tools/prose.ts <files>` measures files.
 * Sentences in tables, headings and docs/reference/api are not counted. Terms are counted everywhere except in code.
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { marked, type Token } from "marked";

/** Search terms, and terms that another one replaced. */
const TERMS = {
  "migrat*": /\bmigrat\w*/gi,
  "quick start": /\bquick start/gi,
  backoff: /\bbackoff\b/gi,
  jitter: /\bjitter\b/gi,
  batching: /\bbatching\b/gi,
  "answer*": /\banswer(?:s|ed|ing)?\b/gi,
  "response*": /\bresponses?\b/gi,
} as const;

/** Verbs that begin an instruction. */
const IMPERATIVES = new Set(
  `add alert ask avoid build call catch change check choose clone compare copy count create delete do embed find fix give
  ignore import increase install keep leave let limit list load log look lower make measure move open pass pick print put
  raise read record remove rename repeat replace report rerank restart retry return run save see send set share show split
  start stop store test treat try turn unset update upgrade use wait watch wrap write`.split(/\s+/),
);

/** Text outside of tables and headings (`prose`), and inside of them (`other`). */
interface Text {
  prose: string[];
  other: string[];
}

/** Returns the visible text of a token. Code becomes a capitalized word, because it can start a sentence. */
function plain(token: Token): string {
  if (token.type === "codespan") return "Code";
  if (token.type === "image" || token.type === "html") return "";
  if (token.type === "br") return " ";
  if ("tokens" in token && token.tokens) return token.tokens.map(plain).join("");
  return "text" in token ? unescape(token.text) : "";
}

/** Splits a label in bold print, such as "**Batching.**", from the text behind it. */
function splitLabel(token: Token): { label: string; rest: string } {
  const [first = token, ...others] = "tokens" in token ? (token.tokens ?? []) : [];
  const hasLabel = first.type === "strong" && /[.:]$/.test(plain(first));
  return {
    label: hasLabel ? plain(first) : "",
    rest: (hasLabel ? others : [first, ...others]).map(plain).join(""),
  };
}

function unescape(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&amp;", "&");
}

function collect(tokens: readonly Token[], text: Text): void {
  for (const token of tokens) {
    if (token.type === "paragraph" || token.type === "text") {
      const { label, rest } = splitLabel(token);
      text.prose.push(rest);
      text.other.push(label);
    } else if (token.type === "heading") text.other.push(plain(token));
    else if (token.type === "list") for (const item of token["items"]) collect(item.tokens, text);
    else if (token.type === "blockquote") collect(token.tokens ?? [], text);
    else if (token.type === "table") {
      for (const cell of [token["header"], ...token["rows"]].flat())
        text.other.push(cell.tokens.map(plain).join(""));
    }
  }
}

const segmenter = new Intl.Segmenter("en", { granularity: "sentence" });

/** Returns the sentences of at least two words. A list of links has none. */
function sentencesOf(paragraph: string): string[] {
  if (paragraph.includes(" · ")) return [];
  const sentences = [...segmenter.segment(paragraph.replaceAll(/\s+/g, " "))].map(({ segment }) =>
    segment.trim(),
  );
  return sentences.filter((sentence) => /\w+ \w+/.test(sentence));
}

function matches(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Returns one line of the output. */
function measure(name: string, files: readonly string[]): Record<string, string | number> {
  const text: Text = { prose: [], other: [] };
  for (const file of files)
    collect(marked.lexer(readFileSync(file, "utf8").replaceAll(/\[!\w+\]/g, "")), text);
  const sentences = text.prose.flatMap(sentencesOf);
  const prose = sentences.join(" ");
  const words = matches(prose, /[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu);
  const imperatives = sentences.filter((sentence) => IMPERATIVES.has(firstWord(sentence)));
  const whole = [...text.prose, ...text.other].join("\n");
  return {
    name,
    sentences: sentences.length,
    "words/sentence": (words / sentences.length).toFixed(1),
    "marks/sentence": (matches(prose, /[,;:()–—"]/g) / sentences.length).toFixed(2),
    "imperatives %": ((100 * imperatives.length) / sentences.length).toFixed(1),
    "you/100 words": ((100 * matches(prose, /\byou(?:r|rs|rself)?\b/gi)) / words).toFixed(2),
    ...Object.fromEntries(Object.entries(TERMS).map(([term, pattern]) => [term, matches(whole, pattern)])),
  };
}

function firstWord(sentence: string): string {
  return /[A-Za-z]+/.exec(sentence)?.[0].toLowerCase() ?? "";
}

const given = process.argv.slice(2);
const pages = readdirSync("docs", { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".md") && !name.startsWith(join("reference", "api")))
  .map((name) => join("docs", name));
const folders = [...new Set(pages.map((page) => dirname(page)))].toSorted();
console.table(
  given.length > 0
    ? given.map((file) => measure(file, [file]))
    : [
        measure("README.md", ["README.md"]),
        ...folders.map((folder) =>
          measure(
            folder,
            pages.filter((page) => dirname(page) === folder),
          ),
        ),
        measure("README.md and docs", ["README.md", ...pages]),
      ],
);
