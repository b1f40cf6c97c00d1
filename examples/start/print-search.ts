import { shortened } from "./print.js";

/** The printed parts of a passage. */
export interface Found {
  readonly text: string;
  readonly file: string;
  readonly score?: number | undefined;
}

/** Prints a search: the candidates of the vector store, then the passages that reranking keeps. */
export class PrintedSearch {
  #candidates: readonly string[] = [];

  candidates(found: readonly Found[]): void {
    this.#candidates = found.map(({ text }) => text);
    console.log(`\nVector search finds ${found.length} candidates:`);
    found.forEach((passage, place) => console.log(`${aligned(place + 1)}.  ${titleOf(passage)}`));
  }

  /** Prints the rank of each passage before and after reranking. */
  ranked(found: readonly Found[]): void {
    console.log(`\nReranking leaves the best ${found.length} (old place → new place, score):`);
    found.forEach((passage, place) => {
      const before = this.#candidates.indexOf(passage.text) + 1;
      console.log(`\n${aligned(before)} → ${place + 1}  ${passage.score?.toFixed(3)}  ${passage.file}`);
      console.log(excerptOf(passage));
    });
  }
}

function aligned(place: number): string {
  return String(place).padStart(4);
}

/** Returns the first line of a passage, which has its headings. */
function titleOf({ text }: Found): string {
  return shortened(text.split("\n", 1)[0] as string);
}

function excerptOf({ text }: Found): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(0, 4)
    .map((line) => `        ${shortened(line)}`)
    .join("\n");
}
