import { InterruptError, type Command } from "./command.js";
import { readArguments } from "./embed/arguments.js";
import { runJob } from "./embed/job.js";
import { watchedProcess, watchProcess } from "./parent.js";

/** `together-retrieval embed` */
export const embedCommand: Command = {
  name: "embed",
  summary: "Embed a JSONL file of any size; the same command resumes after an interruption",
  help: `Usage: together-retrieval embed [<input>] --model <id> [--out <output>] [options]

Embeds a file with one JSON object per line. Each output line is the input line with an "embedding" at its end, in the
order of the input. After a failure, Ctrl-C or a kill, the same command resumes.

Without a file name, or with -, the command reads standard input and cannot resume. A file whose name ends in .gz is
compressed. The command reads the key from TOGETHER_API_KEY.

  --model <id>                 embedding model, or <project>/<endpoint> (required)
  --base-model <id>            known model that the endpoint runs (default: none)
  --base-url <url>             base URL (default: TOGETHER_BASE_URL, TOGETHER_API_BASE, then https://api.together.ai/v1)
  --out <file>                 output file (default: standard output)
  --field <name>               field that holds the text (default: text)
  --skip-invalid <file>        write malformed lines to this file (default: they are an error)
  --document-prefix <text>     text before each text (default: none)
  --normalize                  scale every vector to length 1
  --dimensions <number>        length of the vectors; another length is an error (default: that of the first response)
  --batch-size <number>        maximum number of texts in one request (default: 128 to 2048)
  --max-concurrency <number>   maximum number of requests in flight (default: 128)
  --retry-deadline <ms>        milliseconds without a success after which the job fails (default: 120000)
  --dry-run                    print texts, tokens and requests, and send nothing; needs no key
  --price-per-million <usd>    price of a million tokens, for --dry-run
  --price-per-hour <usd>       price of an hour, for --dry-run with --texts-per-second
  --texts-per-second <number>  speed of the endpoint, for --dry-run with --price-per-hour
  --json                       print the summary as JSON
  --help                       print this help

Exit codes: 0 when every text has its vector, 1 after a failure, 2 for invalid arguments and malformed lines, 130 after
Ctrl-C.
`,
  async run(args) {
    const parent = watchedProcess();
    const given = readArguments(args);
    const controller = new AbortController();
    const stop = (by: string, exitCode: number): void =>
      controller.abort(new InterruptError(`Stopped by ${by}.`, exitCode));
    const unwatch = watchProcess(parent, () => stop("the end of the process that started it", 1));
    // Once: a second Ctrl-C ends the process at once.
    process.once("SIGINT", () => stop("SIGINT", 130));
    process.once("SIGTERM", () => stop("SIGTERM", 143));
    await runJob(given, controller).finally(unwatch);
  },
};
