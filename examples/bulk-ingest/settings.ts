import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { Misuse } from "../kit/misuse.js";

export const HELP = `Usage: npx tsx examples/bulk-ingest/main.ts [options] [corpus.jsonl]

Embeds a corpus into a table of PostgreSQL with several processes. If a process dies, the others continue: at the end,
the table has every passage once. After a stop, the same command resumes. A corpus has one passage per line:
{ "text": "...", "file": "..." }. Without a corpus, it reads passages from the Markdown files in node_modules.

  --passages <number>      number of passages without a corpus (default: 20000)
  --workers <number>       number of processes on this machine (default: 2)
  --concurrency <number>   number of jobs that a worker runs at once (default: 4)
  --job-size <number>      passages per job; a worker that dies loses at most its jobs (default: 256)
  --lock-seconds <number>  seconds after which the jobs of a dead worker go to another worker (default: 10)
  --table <name>           table; it holds the vectors of one model (default: passages)
  --model <id>             embedding model (default: TOGETHER_EMBEDDING_MODEL)
  --base-url <url>         base URL (default: TOGETHER_BASE_URL)
  --index                  build the search index when all passages are stored
  --join                   process the jobs that a run on another machine has queued from the same corpus
  --help                   print this help

Set DATABASE_URL and REDIS_URL to your PostgreSQL (with pgvector) and Redis, or start both with npm run services.
With TOGETHER_API_KEY, it runs on Together and needs a model. Without a key, it runs on the emulator: nothing leaves this
machine.
`;

const OPTIONS = {
  passages: { type: "string" },
  workers: { type: "string" },
  concurrency: { type: "string" },
  "job-size": { type: "string" },
  "lock-seconds": { type: "string" },
  table: { type: "string" },
  model: { type: "string" },
  "base-url": { type: "string" },
  index: { type: "boolean" },
  join: { type: "boolean" },
  help: { type: "boolean" },
} as const;

/** The settings of every process of a run. The workers receive them as JSON. */
export interface Settings {
  readonly corpus: string;
  readonly table: string;
  readonly queue: string;
  readonly model: string;
  readonly concurrency: number;
  readonly jobSize: number;
  readonly lockSeconds: number;
  readonly databaseURL: string;
  readonly redisURL: string;
}

/** The options and environment variables of the user. */
export interface CommandLine extends Omit<Settings, "corpus" | "queue" | "model"> {
  readonly help: boolean;
  readonly join: boolean;
  readonly index: boolean;
  readonly corpus: string | undefined;
  readonly model: string | undefined;
  readonly baseURL: string | undefined;
  readonly apiKey: string | undefined;
  readonly passages: number;
  readonly workers: number;
}

/** @throws {Misuse} if an option is unknown or out of its range. */
export function readCommandLine(args: readonly string[], environment: NodeJS.ProcessEnv): CommandLine {
  const { values, positionals } = parsed(args);
  if (positionals.length > 1) throw misuse("there is more than one corpus; name one");
  const whole = (name: "passages" | "workers" | "concurrency" | "job-size", usual: number): number =>
    numberOf(name, values[name], usual, 1);
  return {
    help: values.help ?? false,
    join: values.join ?? false,
    index: values.index ?? false,
    corpus: positionals[0] && resolve(positionals[0]),
    passages: whole("passages", 20_000),
    workers: whole("workers", 2),
    concurrency: whole("concurrency", 4),
    jobSize: whole("job-size", 256),
    lockSeconds: numberOf("lock-seconds", values["lock-seconds"], 10, 2),
    table: values.table ?? "passages",
    model: values.model ?? (environment["TOGETHER_EMBEDDING_MODEL"] || undefined),
    baseURL:
      values["base-url"] ??
      (environment["TOGETHER_BASE_URL"] || environment["TOGETHER_API_BASE"] || undefined),
    apiKey: environment["TOGETHER_API_KEY"] || environment["TOGETHER_AI_API_KEY"] || undefined,
    databaseURL: environment["DATABASE_URL"] || "postgresql://postgres@127.0.0.1:5432/postgres",
    redisURL: environment["REDIS_URL"] || "redis://127.0.0.1:6379",
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw misuse((error as Error).message.split(/\.\s/)[0] as string);
  }
}

function numberOf(name: string, given: string | undefined, usual: number, least: number): number {
  const value = given === undefined ? usual : Number(given);
  if (!Number.isInteger(value) || value < least)
    throw misuse(`--${name} is ${given}; use an integer of ${least} or more`);
  return value;
}

function misuse(problem: string): Misuse {
  return new Misuse(`Cannot read the command line: ${problem}; see --help`);
}
