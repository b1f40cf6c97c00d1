/** Runs one of the examples by its name: `npm run example search`, `npm run example search -- --help`. */

import { spawnSync } from "node:child_process";
import { prepare } from "../tools/prepare.js";

/** Runs an example that has its own folder. It installs its packages. */
const runFolder = (name: string): Promise<unknown> => import(`./${name}/main.js`);

const EXAMPLES: Readonly<Record<string, { readonly about: string; readonly run: () => Promise<unknown> }>> = {
  search: { about: "find the passages that match a question", run: () => import("./search.js") },
  classify: { about: "label texts by a few examples of each label", run: () => import("./classify.js") },
  recommend: {
    about: "recommend sections similar to one that you read",
    run: () => import("./recommend.js"),
  },
  rerank: { about: "sort lines by their relevance to a question", run: () => import("./rerank.js") },
  fuse: { about: "merge keyword search and vector search by reranking", run: () => import("./fuse.js") },
  stream: { about: "embed a file of any size in bounded memory", run: () => import("./stream.js") },
  observe: { about: "print traces and metrics of OpenTelemetry", run: () => runFolder("observe") },
  evaluate: { about: "measure whether reranking improves your search", run: () => runFolder("evaluate") },
  llamaindex: {
    about: "npm start, built from LlamaIndex.TS's parts",
    run: () => runFolder("start-llamaindex"),
  },
  "next-rag": { about: "open a Next.js application that answers with sources", run: startNextRag },
  mastra: { about: "search with a vector store and a reranker of Mastra", run: () => runFolder("mastra") },
};

async function startNextRag(): Promise<void> {
  if (process.argv.includes("--help")) return console.log("Usage: npm run example next-rag");
  await prepare("examples/next-rag");
  process.exitCode =
    spawnSync("npm", ["--prefix", "examples/next-rag", "start"], { stdio: "inherit" }).status ?? 1;
}

const [name = ""] = process.argv.splice(2, 1);
const example = EXAMPLES[name];
if (example) await example.run();
else {
  const list = Object.entries(EXAMPLES).map(([known, { about }]) => `  ${known.padEnd(10)} ${about}`);
  const usage = `Usage: npm run example <name> -- [options]\n\n${list.join("\n")}\n\n--help after a name prints the options of that example.`;
  if (["", "--help", "help"].includes(name)) console.log(usage);
  else {
    console.error(
      `Cannot run "${name}": there is no such example; choose one of these\n\n${list.join("\n")}`,
    );
    process.exitCode = 2;
  }
}
