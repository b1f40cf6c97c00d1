import { parseArgs } from "node:util";
import { Misuse } from "../kit/misuse.js";

/** @param command - The command that the user runs. */
export const help = (command: string): string => `Usage: ${command} -- [options] ["question"]

Answers a question from a folder of Markdown files: embeds them, finds the 20 nearest passages, reranks them to 5,
and asks a chat model. Without a question, it asks for one in a terminal, and otherwise uses a sample question.

  --dir <folder>               folder of Markdown files (default: node_modules)
  --embedding-model <id>       embedding model (default: TOGETHER_EMBEDDING_MODEL)
  --embedding-base-model <id>  known model that the endpoint runs (default: TOGETHER_EMBEDDING_BASE_MODEL)
  --rerank-model <id>          rerank model (default: TOGETHER_RERANK_MODEL)
  --rerank-base-model <id>     known model that the endpoint runs (default: TOGETHER_RERANK_BASE_MODEL)
  --chat-model <id>            chat model (default: TOGETHER_CHAT_MODEL)
  --base-url <url>             base URL (default: TOGETHER_BASE_URL, then https://api.together.ai/v1)
  --chat-base-url <url>        base URL of the chat model (default: TOGETHER_CHAT_BASE_URL, then --base-url)
  --help                       print this help

With TOGETHER_API_KEY, it runs on Together and needs the three models. Without a key, it runs on the emulator: nothing
leaves this machine, and the models compare words. Vectors are cached in .cache.
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

/** The parsed command line. A missing option is `undefined`. */
export type CommandLine = ReturnType<typeof parseCommandLine>;

/** @throws {Misuse} if an option is unknown or lacks its value. */
export function parseCommandLine(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    // A question without quotes is several arguments.
    return { ...values, question: positionals.join(" ").trim() };
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\.\s/);
    throw new Misuse(`Cannot read the command line: ${sentence}; see --help`, {
      cause: error,
    });
  }
}
