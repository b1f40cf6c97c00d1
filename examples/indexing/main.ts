/**
 * Indexes a folder of Markdown in PostgreSQL with LangChain's `index()`. It embeds only changed passages.
 *
 *     npm run services -- npx tsx examples/indexing/main.ts docs
 */

import { Presets, SingleBar } from "cli-progress";
import { program } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";
import { indexSources } from "./indexing.js";
import { readSources } from "./sources.js";
import { openTarget } from "./target.js";

const HELP = `
Usage: npx tsx examples/indexing/main.ts [folder]

Synchronizes a table of PostgreSQL with the Markdown files of a folder. It embeds new and changed passages, deletes
removed ones, and leaves all others unchanged. You can stop it at any time: the next run resumes.

  folder           folder of Markdown files (default: docs)

Set DATABASE_URL to your PostgreSQL, or start one with npm run services. Install the packages with
npm ci --prefix examples.`;

const MAX_LISTED = 10;

await program(HELP, {}, async ({ words }) => {
  const service = serviceFrom(process.env);
  console.log(service.description);
  const sources = await readSources(words || "docs");
  const documents = sources.sources.reduce((sum, source) => sum + source.documents.length, 0);
  const bar = new SingleBar(
    {
      format: "Indexing {bar} {value} of {total} · {embedded} embedded",
      stream: process.stdout,
      // If the output is not a terminal, a line every five seconds.
      noTTYOutput: true,
      notTTYSchedule: 5000,
    },
    Presets.shades_classic,
  );
  let embedded = 0;
  const databaseURL = process.env["DATABASE_URL"] || "postgresql://postgres@127.0.0.1:5432/postgres";
  const target = await openTarget(service.embedding, databaseURL, (event) => {
    if (event.type === "response") embedded += event.texts;
    bar.update({ embedded });
  });
  try {
    bar.start(documents, 0, { embedded });
    const onProgress = (done: number): void => bar.increment(done, { embedded });
    const { store, records } = target;
    const outcome = await indexSources(sources, store, records, { onProgress }).finally(() => bar.stop());
    const { numAdded, numSkipped, numDeleted, problems } = outcome;
    console.log(`${numAdded} added, ${numSkipped} unchanged, ${numDeleted} deleted; ${embedded} embedded.`);
    if (problems.length > 0) console.log(`Not indexed: ${problems.length} files.`);
    for (const { file, problem } of problems.slice(0, MAX_LISTED)) console.log(`  ${file}: ${problem}`);
  } finally {
    await target.store.end();
  }
});
