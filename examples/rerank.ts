/** Reranks a list, for example the results of a search, a database or a shell pipe. */

import { text } from "node:stream/consumers";
import { Reranker } from "together-retrieval";
import { program, wholeNumber } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { Misuse } from "./kit/misuse.js";
import { counted, shortened } from "./start/print.js";

const HELP = `Usage: <command that prints lines> | npm run --silent example rerank -- [options] <question>

Reads lines from standard input, and prints the most relevant ones with their scores. In a terminal, it ranks four
sample lines.

  --top <n>        number of lines (default: 5)
  --min-score <x>  leave out lines with a lower score, on the model's own scale`;

const OPTIONS = { top: { type: "string", default: "5" }, "min-score": { type: "string" } } as const;

const SAMPLE_LINES = [
  "Mending nets takes a sheet bend.",
  "Bees live on nectar and pollen.",
  "Rust eats iron.",
  "A bee sleeps at night.",
];

await program(HELP, OPTIONS, async ({ values, words }) => {
  const question = words || "What do bees live on?";
  const minScore = values["min-score"] === undefined ? undefined : Number(values["min-score"]);
  if (Number.isNaN(minScore))
    throw new Misuse(`Cannot use --min-score ${values["min-score"]}: it is not a number; see --help`);
  const { description, rerank } = serviceFrom(process.env);
  const reranker = new Reranker({ ...rerank, topN: wholeNumber(values.top, "top"), minScore });

  const lines = process.stdin.isTTY
    ? SAMPLE_LINES
    : (await text(process.stdin)).split(/\r?\n/).filter((line) => line.trim());
  if (lines.length === 0) throw new Misuse("Cannot rerank: there is no line to read; see --help");
  // The list can have items of any type, such as rows of a database. The third argument returns the text of an item.
  const ranked = await withProgress("Ranking", (onProgress) =>
    reranker.rerank(question, lines, (line) => line, { onProgress }),
  );
  console.error(`${description}\n${question} (${counted(lines.length, "line")})`);
  for (const { item, score } of ranked) console.log(`${score?.toFixed(3)}\t${shortened(item)}`);
});
