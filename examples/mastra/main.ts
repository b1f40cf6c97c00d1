/** Stores passages in a vector store of Mastra, searches them and reranks the results. */

import { fileURLToPath } from "node:url";
import { prepare } from "../../tools/prepare.js";
import { program, wholeNumber } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";
import { readPassages } from "../start/passages.js";
import { counted, shortened } from "../start/print.js";

const HELP = `Usage: npm run example mastra -- [options] [question]

Embeds the Markdown files of a folder into a vector store of Mastra. For a question, it finds 50 passages by their
vectors, reranks them in one request, and prints the best ones.

  --dir <folder>   folder of Markdown files (default: docs/migration)
  --top <n>        number of passages (default: 5)`;

const OPTIONS = {
  dir: { type: "string", default: "docs/migration" },
  top: { type: "string", default: "5" },
} as const;

await program(HELP, OPTIONS, async ({ values, words }) => {
  const question = words || "Do I need a new index?";
  const top = wholeNumber(values.top, "top");
  const service = serviceFrom(process.env);
  console.log(service.description);

  const passages = await readPassages(values.dir);
  // The packages are installed and loaded here, because --help does not need them.
  await prepare(fileURLToPath(new URL(".", import.meta.url)));
  const { Knowledge } = await import("./knowledge.js");
  const knowledge = new Knowledge(service);
  await knowledge.add(passages.map(({ pageContent }) => pageContent));

  console.log(`${question} (in ${counted(passages.length, "passage")})`);
  for (const { score, result } of await knowledge.search(question, top)) {
    const [title = "", ...lines] = String(result.metadata?.["text"]).split("\n").filter(Boolean);
    console.log(`\n${score.toFixed(3)}  ${shortened(title)}\n       ${shortened(lines.join(" "))}`);
  }
});
