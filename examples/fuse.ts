/** Merges keyword search and vector search. Their scores are not comparable, so a reranker ranks all candidates. */

import { Embedder, Reranker } from "together-retrieval";
import { keywordSearch } from "./kit/keywords.js";
import { nearest } from "./kit/nearest.js";
import { program, wholeNumber } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { readPassages } from "./start/passages.js";
import { counted, shortened } from "./start/print.js";

const HELP = `Usage: npm run example fuse -- [options] [question]

Merges the results of keyword search and vector search, and reranks them.

  --dir <folder>     folder of Markdown files (default: node_modules)
  --candidates <n>   number of candidates of each search (default: 20)`;

const OPTIONS = {
  dir: { type: "string", default: "node_modules" },
  candidates: { type: "string", default: "20" },
} as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const question = words || "What does p-retry do with a TypeError?";
  const most = wholeNumber(values.candidates, "candidates");
  const { description, embedding, rerank } = serviceFrom(process.env);
  console.log(description);
  const texts = (await readPassages(values.dir)).map(({ pageContent }) => pageContent);

  const byKeyword = keywordSearch(question, texts, most);
  const embedder = new Embedder(embedding);
  const { vectors } = await withProgress("Embedding", (onProgress) => embedder.embed(texts, { onProgress }));
  const { vector } = await embedder.embedQuery(question);
  const byVector = nearest(vector, vectors, most).map(({ index }) => index);

  const candidates = [...new Set([...byKeyword, ...byVector])];
  const reranker = new Reranker({ ...rerank, topN: 5 });
  const ranked = await reranker.rerank(question, candidates, (index) => texts[index] as string);

  console.log(
    `${question}\n${counted(candidates.length, "candidate")}; rank by keyword, rank by vector, score:\n`,
  );
  for (const { item, score } of ranked) {
    const places = [byKeyword, byVector].map((list) => String(list.indexOf(item) + 1 || "–").padStart(3));
    console.log(
      `${places.join(" ")}  ${score?.toFixed(3)}  ${shortened(texts[item]?.split("\n", 1)[0] ?? "")}`,
    );
  }
});
