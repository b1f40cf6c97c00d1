/** Measures whether reranking improves your search: `npm run example evaluate -- --dir <folder>`. */

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { prepare } from "../../tools/prepare.js";
import { program, wholeNumber } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";
import { Misuse } from "../kit/misuse.js";
import { readCollection } from "./collection.js";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));
/** A collection for this example: help pages of an invented bike rental, and questions of its customers. */
const DEMONSTRATION = join(relative(process.cwd(), FOLDER), "demonstration");

const HELP = `Usage: npm run example evaluate -- [options]

Searches the documents of a collection for its questions, with and without reranking, and compares the results.

  --dir <folder>   folder with docs.jsonl (or corpus.jsonl), queries.jsonl and qrels.jsonl, one JSON object per line:
                   { "id", "title"?, "text" }, { "id", "text" }, { "query", "doc", "score"? }, or BEIR's names
                   (default: a small collection that shows the report)
  --candidates <n> number of documents to rerank per question (default: 50)
  --recall <k>     number of results that recall counts (default: 10)
  --out <folder>   folder for questions.jsonl and plot.svg (default: .cache/evaluation)
  --sentence-model without a key: use a small sentence model for the vectors, instead of comparing words`;

const OPTIONS = {
  dir: { type: "string", default: DEMONSTRATION },
  candidates: { type: "string", default: "50" },
  recall: { type: "string", default: "10" },
  out: { type: "string", default: ".cache/evaluation" },
  "sentence-model": { type: "boolean", default: false },
} as const;

await program(HELP, OPTIONS, async ({ values }) => {
  const candidates = wholeNumber(values.candidates, "candidates");
  const recallDepth = wholeNumber(values.recall, "recall");
  const collection = await readCollection(values.dir);
  const { documents, queries } = collection;
  if (queries.length === 0)
    throw new Misuse(`Cannot evaluate on ${values.dir}: no question has a relevant document`);

  // The packages are installed and loaded here, because --help does not need them.
  await prepare(FOLDER);
  const { plot } = await import("./plot.js");
  const { extremes, outcomesOf, summary } = await import("./report.js");
  const { searchAll } = await import("./search.js");
  const { sentenceModelAsStandIn } = await import("./sentence-model.js");
  const service = serviceFrom(process.env, values["sentence-model"] ? await sentenceModelAsStandIn() : {});
  console.log(
    `${service.description}\n${documents.length} documents, ${queries.length} questions with an answer\n`,
  );

  const found = await searchAll(collection, service, candidates);
  const outcomes = outcomesOf(found, collection, recallDepth);
  console.log(`${summary(outcomes, recallDepth)}\n\nChanged most:\n\n${extremes(outcomes, 3)}`);

  await mkdir(values.out, { recursive: true });
  const lines = outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`);
  await writeFile(join(values.out, "questions.jsonl"), lines.join(""));
  await writeFile(join(values.out, "plot.svg"), plot(outcomes, basename(resolve(values.dir))));
  console.log(`\nAll scores are in ${values.out}/questions.jsonl, and a plot is in ${values.out}/plot.svg.`);
});
