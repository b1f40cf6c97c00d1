/**
 * Adds passages to a store of your choice, searches and reranks them, removes some, and adds them again.
 *
 *     npm run services -- npx tsx examples/stores/main.ts pgvector "How is a promise cancelled?"
 */

import { fileURLToPath } from "node:url";
import { program, wholeNumber } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";
import { Misuse } from "../kit/misuse.js";
import { somePassages } from "../support/passages.js";
import { openStore, STORES, type StoreName } from "./stores.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const QUESTION = "Which errors are retried automatically, and how often?";
const NAMES = Object.keys(STORES).join(", ");

const HELP = `
Usage: npx tsx examples/stores/main.ts <store> ["question"]

Adds passages of the Markdown files in node_modules to a store, searches and reranks. Then it removes some passages and
adds them again: no passage is stored twice. A second run finds the stored passages, and does not embed them again.

  <store>          ${NAMES}
  --passages <n>   number of passages (default: 5000)

pgvector and llamaindex-postgres need DATABASE_URL. npm run services starts PostgreSQL.`;

await program(HELP, { passages: { type: "string", default: "5000" } }, async ({ values, words }) => {
  const [name = "", ...question] = words.split(" ");
  if (!(name in STORES))
    throw new Misuse(`Cannot open "${name}": there is no such store; use one of ${NAMES}`);
  const service = serviceFrom(process.env);
  console.log(service.description);
  const passages = await somePassages(wholeNumber(values.passages, "passages"), `${ROOT}/node_modules`);
  const databaseURL = process.env["DATABASE_URL"] || "postgresql://postgres@127.0.0.1:5432/postgres";
  const store = await openStore(name as StoreName, service, { folder: `${ROOT}/.cache/stores`, databaseURL });
  const printCount = async (what: string): Promise<void> =>
    console.log(`${what}: ${await store.count()} passages.`);

  await printCount("Opened");
  const started = performance.now();
  await store.put(passages);
  await printCount(`Put ${passages.length} in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await store.remove(passages.slice(0, 3).map(({ id }) => id));
  await printCount("Removed 3");
  await store.put(passages.slice(0, 100));
  await printCount("Put 100 of them again");
  const asked = question.join(" ") || QUESTION;
  console.log(`\nThe best 5 of the 20 passages nearest to “${asked}”:`);
  for (const { text, score } of await store.ask(asked))
    console.log(`  ${score?.toFixed(3)}  ${text.replaceAll(/\s+/g, " ").slice(0, 90)}`);
  await store.close();
});
