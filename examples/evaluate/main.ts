/** Whether reranking pays on a collection of your own: `npm run example evaluate -- --dir <folder>`. */

import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { program, wholeNumber } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";
import { Misuse } from "../kit/misuse.js";
import { readCollection } from "./collection.js";
import { plot } from "./plot.js";
import { extremes, outcomesOf, summary } from "./report.js";
import { searchAll } from "./search.js";
import { sentenceModelAsStandIn } from "./sentence-model.js";

const HELP = `Usage: npm run example evaluate -- --dir <folder> [options]

Searches the documents of a collection for its questions, with and without reranking, and compares the results.

  --dir <folder>   folder with docs.jsonl (or corpus.jsonl), queries.jsonl and qrels.jsonl, one JSON object per line:
                   { "id", "title"?, "text" }, { "id", "text" }, { "query", "doc", "score"? }, or BEIR's names
  --candidates <n> number of documents to rerank per question (default: 50)
  --recall <k>     number of results that recall counts (default: 10)
  --out <folder>   folder for questions.jsonl and plot.svg (default: .cache/evaluation)
  --sentence-model without a key: use a small sentence model for the vectors, instead of comparing words`;

const OPTIONS = {
  dir: { type: "string" },
  candidates: { type: "string", default: "50" },
  recall: { type: "string", default: "10" },
  out: { type: "string", default: ".cache/evaluation" },
  "sentence-model": { type: "boolean", default: false },
} as const;

await program(HELP, OPTIONS, async ({ values }) => {
  if (!values.dir)
    throw new Misuse("Cannot evaluate: there is no collection; name its folder with --dir, see --help");
  const candidates = wholeNumber(values.candidates, "candidates");
  const recallDepth = wholeNumber(values.recall, "recall");
  const collection = await readCollection(values.dir);
  const { documents, queries } = collection;
  if (queries.length === 0)
    throw new Misuse(`Cannot evaluate on ${values.dir}: no question has a right document`);
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
  console.log(`\nEvery question is in ${values.out}/questions.jsonl, a plot in ${values.out}/plot.svg.`);
});
