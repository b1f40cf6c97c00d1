/** Finds the passages whose vectors are nearest to the question's vector. */

import { Embedder } from "together-retrieval";
import { nearest } from "./kit/nearest.js";
import { program, wholeNumber } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { readPassages } from "./start/passages.js";
import { counted, shortened } from "./start/print.js";

const HELP = `Usage: npm run example search -- [options] [question]

Embeds the Markdown files of a folder, and finds the passages that are nearest to a question.

  --dir <folder>   folder of Markdown files (default: node_modules)
  --top <n>        number of passages (default: 5)`;

const OPTIONS = {
  dir: { type: "string", default: "node_modules" },
  top: { type: "string", default: "5" },
} as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const question = words || "How do I merge two objects deeply?";
  const top = wholeNumber(values.top, "top");
  const { description, embedding } = serviceFrom(process.env);
  console.log(description);

  const passages = await readPassages(values.dir);
  const embedder = new Embedder(embedding);
  const texts = passages.map(({ pageContent }) => pageContent);
  const { vectors } = await withProgress("Embedding", (onProgress) => embedder.embed(texts, { onProgress }));

  // `embedQuery` adds the prefix that some models expect before questions, and is sent before documents.
  const { vector } = await embedder.embedQuery(question);
  console.log(`${question} (in ${counted(passages.length, "passage")})`);
  for (const { index, similarity } of nearest(vector, vectors, top)) {
    const [title = "", ...lines] = texts[index]?.split("\n").filter(Boolean) ?? [];
    console.log(`\n${similarity.toFixed(3)}  ${shortened(title)}\n       ${shortened(lines.join(" "))}`);
  }
});
