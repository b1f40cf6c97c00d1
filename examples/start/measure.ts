/**
 * Measures with the emulator how often the right passage is found. The questions are 50 headings of the default texts.
 * The right passages for a heading are those of its section.
 *
 *     npx tsx examples/start/measure.ts
 */

import { MemoryVectorStore } from "@langchain/classic/vectorstores/memory";
import type { Document } from "@langchain/core/documents";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
import { serviceFor } from "./connection.js";
import { parseCommandLine } from "./command-line.js";
import { readPassages, type Passage } from "./passages.js";

const QUESTIONS = 50;
/**
 * With fewer right passages, the exit code is 1: the example would not show its purpose. The texts are those of all
 * packages, so the number changes with them: 45 before undici's 464 passages were added, 39 since (2026-11).
 */
const MIN_FOUND = 35;

const passages = await readPassages("node_modules");
const { models, connection } = serviceFor(parseCommandLine([]), {});
const embeddings = new TogetherEmbeddings({ ...connection, model: models.embedding });
const store = await MemoryVectorStore.fromDocuments(passages, embeddings);
const reranker = new TogetherReranker({ ...connection, model: models.rerank });

const chosen = chooseEvenly(askable(passages), QUESTIONS);
console.log(`${passages.length} passages; ${chosen.length} questions; how often the right passage is in the`);
await measure("heading and package, as in “Retries in together-ai?”", (passage) => {
  return `${headingOf(passage)} in ${packageOf(passage)}?`;
});
await measure("the heading alone", headingOf);

async function measure(label: string, questionOf: (passage: Passage) => string): Promise<void> {
  const found: number[] = [];
  const ranked: number[] = [];
  for (const wanted of chosen) {
    const question = questionOf(wanted);
    const candidates = await store.similaritySearch(question, 20);
    found.push(placeOf(wanted, candidates));
    ranked.push(placeOf(wanted, await reranker.compressDocuments(candidates, question)));
  }
  if (Math.min(within(found, 10), within(ranked, 5)) < MIN_FOUND) process.exitCode = 1;
  console.log(`  ${label}
     top 10 of vector search:   ${within(found, 10)}
     top  5 of vector search:   ${within(found, 5)}
     top  5 after reranking:    ${within(ranked, 5)}`);
}

function within(places: readonly number[], most: number): number {
  return places.filter((place) => place < most).length;
}

/** Returns the index of the first passage of the same section. */
function placeOf(wanted: Passage, list: readonly Document[]): number {
  const place = list.findIndex((passage) => sectionOf(passage as Passage) === sectionOf(wanted));
  return place < 0 ? Infinity : place;
}

/** Returns one passage per section whose heading is unique and has at least three words. */
function askable(all: readonly Passage[]): Passage[] {
  const sections = [...new Map(all.map((passage) => [sectionOf(passage), passage])).values()];
  const headings = sections.map((passage) => headingOf(passage).toLowerCase());
  const once = new Set(
    headings.filter((heading) => headings.indexOf(heading) === headings.lastIndexOf(heading)),
  );
  return sections.filter((passage) => {
    const heading = headingOf(passage);
    return once.has(heading.toLowerCase()) && /^[A-Z][\w'’-]*(?:,? [\w'’-]+){2,}\??$/i.test(heading);
  });
}

function chooseEvenly<Item>(list: readonly Item[], amount: number): Item[] {
  const step = list.length / amount;
  return Array.from({ length: amount }, (_, at) => list[Math.floor(at * step)] as Item);
}

function sectionOf({ metadata }: Passage): string {
  return JSON.stringify([metadata.file, ...metadata.headings]);
}

function headingOf({ metadata }: Passage): string {
  return metadata.headings.at(-1) ?? "";
}

function packageOf({ metadata }: Passage): string {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(metadata.file)?.[1] ?? metadata.file;
}
