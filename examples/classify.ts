/** Classification without training: a text gets the label whose mean vector is nearest to its own. */

import { Embedder } from "together-retrieval";
import { nearest } from "./kit/nearest.js";
import { program, wholeNumber } from "./kit/program.js";
import { withProgress } from "./kit/progress.js";
import { serviceFrom } from "./kit/service.js";
import { readGroups } from "./kit/labelled.js";

const HELP = `Usage: npm run example classify -- [options] [text]

Assigns passages of documentation to packages, and prints how many of them it assigns correctly.

  --dir <folder>   folder of Markdown files; each folder or package in it is a label (default: node_modules)
  --labels <n>     number of labels: those with the most passages (default: 6)
  --examples <n>   number of examples of each label (default: 10)`;

const OPTIONS = {
  dir: { type: "string", default: "node_modules" },
  labels: { type: "string", default: "6" },
  examples: { type: "string", default: "10" },
} as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const examples = wholeNumber(values.examples, "examples");
  const { description, embedding } = serviceFrom(process.env);
  console.log(description);
  const groups = await readGroups(values.dir, wholeNumber(values.labels, "labels"), examples * 4);

  const embedder = new Embedder(embedding);
  const texts = groups.flatMap((group) => group.texts);
  const { vectors } = await withProgress("Embedding", (onProgress) => embedder.embed(texts, { onProgress }));

  // The vector of a label is the mean of its examples' vectors.
  const starts = groups.map((_, at) =>
    groups.slice(0, at).reduce((sum, group) => sum + group.texts.length, 0),
  );
  const centres = starts.map((start) => meanOf(vectors.slice(start, start + examples)));
  const labelOf = (vector: Float32Array): number => nearest(vector, centres, 1)[0]?.index ?? -1;

  console.log(`\n${examples} examples of each label; correct among the other passages:`);
  groups.forEach((group, at) => {
    const start = starts[at] as number;
    const others = vectors.slice(start + examples, start + group.texts.length);
    const right = others.filter((vector) => labelOf(vector) === at).length;
    console.log(`  ${group.label.padEnd(28)} ${right} of ${others.length}`);
  });
  if (!words) return;
  const { vectors: given } = await embedder.embed([words]);
  console.log(`\n"${words}" is most like ${groups[labelOf(given[0] as Float32Array)]?.label}.`);
});

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const sum = (at: number): number => vectors.reduce((total, vector) => total + (vector[at] as number), 0);
  return (vectors[0] as Float32Array).map((_, at) => sum(at) / vectors.length);
}
