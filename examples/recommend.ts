/** Recommends similar texts. The query is the text that the user reads, whose vector is already known. */

import { Embedder } from "together-retrieval";
import { nearest } from "./kit/nearest.js";
import { program, wholeNumber } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { Misuse } from "./kit/misuse.js";
import { readPassages } from "./start/passages.js";
import { counted, shortened } from "./start/print.js";

const HELP = `Usage: npm run example recommend -- [options] [part of a heading]

Finds a section of documentation by a part of its heading, and recommends similar sections of other files.

  --dir <folder>   folder of Markdown files (default: node_modules)
  --top <n>        number of recommendations (default: 5)`;

const OPTIONS = {
  dir: { type: "string", default: "node_modules" },
  top: { type: "string", default: "5" },
} as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const wanted = words || "retries";
  const top = wholeNumber(values.top, "top");
  const { description, embedding } = serviceFrom(process.env);
  console.log(description);

  const passages = await readPassages(values.dir);
  const titles = passages.map(({ pageContent }) => pageContent.split("\n", 1)[0] as string);
  const read = passages.findIndex(({ metadata }) =>
    metadata.headings.at(-1)?.toLowerCase().includes(wanted.toLowerCase()),
  );
  if (read < 0)
    throw new Misuse(
      `Cannot recommend anything like "${wanted}": no heading in ${values.dir} contains it; name a part of a heading`,
    );

  const embedder = new Embedder(embedding);
  const texts = passages.map(({ pageContent }) => pageContent);
  const { vectors } = await withProgress("Embedding", (onProgress) => embedder.embed(texts, { onProgress }));

  // One recommendation per file, and none from the file that the user reads.
  const seen = new Set([passages[read]?.metadata.file]);
  const others = nearest(vectors[read] as Float32Array, vectors, vectors.length).filter(({ index }) => {
    const file = passages[index]?.metadata.file;
    return !seen.has(file) && seen.add(file);
  });
  console.log(
    `Similar to\n       ${shortened(titles[read] as string)}\nin ${counted(passages.length, "passage")}:`,
  );
  for (const { index, similarity } of others.slice(0, top)) {
    console.log(`${similarity.toFixed(3)}  ${shortened(titles[index] as string)}`);
  }
});
