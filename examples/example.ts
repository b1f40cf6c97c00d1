/** Runs one of the examples by its name: `npm run example search`, `npm run example search -- --help`. */

/** In a folder with packages of its own, which the others do without. */
const own = (name: string): Promise<unknown> => import(`./${name}/main.js`);

const EXAMPLES: Readonly<Record<string, { readonly about: string; readonly run: () => Promise<unknown> }>> = {
  search: { about: "the passages that say what you ask", run: () => import("./search.js") },
  classify: { about: "labels from a few examples of each", run: () => import("./classify.js") },
  recommend: { about: "more like this", run: () => import("./recommend.js") },
  rerank: { about: "the lines of a list, the best first", run: () => import("./rerank.js") },
  fuse: { about: "keyword and vector search in one, by reranking", run: () => import("./fuse.js") },
  stream: { about: "a file of any size, in little memory", run: () => import("./stream.js") },
  observe: { about: "traces and metrics by OpenTelemetry", run: () => own("observe") },
  evaluate: { about: "whether reranking pays on your texts", run: () => own("evaluate") },
  mastra: { about: "a vector store and a reranker of Mastra", run: () => own("mastra") },
};

const [name = ""] = process.argv.splice(2, 1);
const example = EXAMPLES[name];
if (example) await example.run();
else {
  const list = Object.entries(EXAMPLES).map(([known, { about }]) => `  ${known.padEnd(10)} ${about}`);
  const usage = `Usage: npm run example <name> -- [options]\n\n${list.join("\n")}\n\nEach tells more with --help.`;
  if (["", "--help", "help"].includes(name)) console.log(usage);
  else {
    console.error(
      `Cannot run "${name}": there is no such example; choose one of these\n\n${list.join("\n")}`,
    );
    process.exitCode = 2;
  }
}
