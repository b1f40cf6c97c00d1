/** Texts from files that every checkout has. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A list of texts, and the allowed error of the estimate of their tokens. */
export interface Corpus {
  readonly name: string;
  readonly texts: readonly string[];
  /** The smallest and the largest allowed value of the estimate divided by the count. */
  readonly from: number;
  readonly to: number;
}

/** The largest number of characters of a passage. */
const PASSAGE_LENGTH = 1000;

/** The errors that the doc comment of `EmbeddingEstimate` states: for some languages, and for all others. */
const STATED = { from: 0.85, to: 1.15 };
const OTHERS = { from: 0.6, to: 2.2 };

export function readCorpora(): Corpus[] {
  return [
    { name: "English documentation", texts: passages("docs", ".md"), ...STATED },
    { name: "source code", texts: passages("src", ".ts"), ...STATED },
    { name: "Chinese", texts: messages("zh-cn"), ...STATED },
    { name: "Japanese", texts: messages("ja"), ...OTHERS },
    { name: "Korean", texts: messages("ko"), ...OTHERS },
    { name: "Russian", texts: messages("ru"), ...OTHERS },
    { name: "German", texts: messages("de"), ...OTHERS },
    { name: "Polish", texts: messages("pl"), ...OTHERS },
  ];
}

/** Splits the files of a folder into passages. */
function passages(folder: string, extension: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(extension),
  );
  const paragraphs = files
    .toSorted()
    .flatMap((file) => readFileSync(join(folder, file), "utf8").split(/\n\s*\n/));
  return paragraphs.flatMap(cut).filter((text) => text.trim() !== "");
}

function cut(text: string): string[] {
  const parts = Math.ceil(text.length / PASSAGE_LENGTH);
  return Array.from({ length: parts }, (_, part) =>
    text.slice(part * PASSAGE_LENGTH, (part + 1) * PASSAGE_LENGTH),
  );
}

/** Returns the messages of the TypeScript compiler in another language. */
function messages(language: string): string[] {
  const path = `node_modules/typescript/lib/${language}/diagnosticMessages.generated.json`;
  return Object.values(JSON.parse(readFileSync(path, "utf8")) as Record<string, string>);
}
