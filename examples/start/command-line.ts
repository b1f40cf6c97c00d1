import { parseArgs } from "node:util";
import { Misuse } from "../kit/misuse.js";

/** @param command - What the user runs. */
export const help = (command: string): string => `Usage: ${command} -- [options] ["question"]

Answers a question from a folder of Markdown files: embeds them, finds the 20 nearest passages, reranks those to 5,
and asks a chat model. Without a question it asks for one in a terminal, and otherwise takes one of its own.

  --dir <folder>               whose Markdown files to search; by default node_modules, which everybody has
  --embedding-model <id>       or TOGETHER_EMBEDDING_MODEL
  --embedding-base-model <id>  or TOGETHER_EMBEDDING_BASE_MODEL: the known model behind an endpoint's name
  --rerank-model <id>          or TOGETHER_RERANK_MODEL
  --rerank-base-model <id>     or TOGETHER_RERANK_BASE_MODEL
  --chat-model <id>            or TOGETHER_CHAT_MODEL
  --base-url <url>             or TOGETHER_BASE_URL; https://api.together.ai/v1 by default
  --chat-base-url <url>        or TOGETHER_CHAT_BASE_URL: for a chat model that is served elsewhere than the others
  --help                       prints this

With TOGETHER_API_KEY it runs on Together, and the three models have to be named. Without a key it runs on the
emulator: nothing leaves this machine, and models that compare words stand in for the real ones.
What was embedded before is kept in .cache.
`;

const OPTIONS = {
  dir: { type: "string" },
  "embedding-model": { type: "string" },
  "embedding-base-model": { type: "string" },
  "rerank-model": { type: "string" },
  "rerank-base-model": { type: "string" },
  "chat-model": { type: "string" },
  "base-url": { type: "string" },
  "chat-base-url": { type: "string" },
  help: { type: "boolean" },
} as const;

/** What the user asks for. An option that was not given is `undefined`. */
export type CommandLine = ReturnType<typeof parseCommandLine>;

/** @throws {Misuse} if an option is unknown or lacks its value. */
export function parseCommandLine(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    // A question in no quotes arrives in pieces.
    return { ...values, question: positionals.join(" ").trim() };
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\.\s/);
    throw new Misuse(`Cannot read the command line: ${sentence}; --help tells what there is`, {
      cause: error,
    });
  }
}
