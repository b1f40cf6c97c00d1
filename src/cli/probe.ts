import packageJson from "../../package.json" with { type: "json" };
import { maxRequests, probe, type ProbeOptions } from "../probe/probe.js";
import { ConnectionError } from "../probe/raw-request.js";
import { failedChecks, formatJson, formatText } from "../probe/report.js";
import { parseNumber, parseOptions, UsageError, type Command } from "./command.js";

const ACTION = "probe the endpoint";
const NAMES = [
  "model",
  "base-model",
  "rerank-model",
  "base-rerank-model",
  "base-url",
  "max-input-tokens",
] as const;
const HELP_AT = "together-retrieval probe --help";

/** `together-retrieval probe` */
export const probeCommand: Command = {
  name: "probe",
  summary: "Check what your endpoint does where Together documents nothing, and recommend options",
  help: `Usage: together-retrieval probe [--model <id>] [--rerank-model <id>] [options]

Checks the behaviour that Together does not document: base64, the length of the vectors, the largest batch, blank and
long texts, and whether scores of split lists are comparable.

Prints the maximum number of requests, the expected and the observed behaviour, and the recommended options as code.
Sends its own sentences. The output contains no text and no key. Reads the key from TOGETHER_API_KEY.

The exit code is 1 if a check failed, because the endpoint sent no response or an unreadable one.

  --model <id>                 embedding model, or <project>/<endpoint>
  --base-model <id>            known model that the endpoint runs
  --rerank-model <id>          rerank model, or <project>/<endpoint>
  --base-rerank-model <id>     known model that the endpoint runs
  --base-url <url>             base URL (default: TOGETHER_BASE_URL, then TOGETHER_API_BASE, then
                               https://api.together.ai/v1)
  --max-input-tokens <number>  token limit of the model (default: that of a known model, else 8192)
  --json                       print the report as JSON, for a bug report
  --help                       print this help
`,
  async run(args) {
    const given = parseOptions(args, NAMES, ACTION, HELP_AT, ["json"]);
    const options: ProbeOptions = {
      model: given.model,
      baseModel: given["base-model"],
      rerankModel: given["rerank-model"],
      baseRerankModel: given["base-rerank-model"],
      baseURL: given["base-url"],
      maxInputTokens: parseNumber(given["max-input-tokens"], "max-input-tokens", ACTION, {
        min: 1,
        integer: true,
      }),
    };
    if (options.model === undefined && options.rerankModel === undefined) {
      throw new UsageError(`Cannot ${ACTION}: no model is set; use --model or --rerank-model`);
    }
    // On stderr, so that the report can be piped.
    console.error(`Sends at most ${maxRequests(options)} requests, plus retries.`);
    const report = await probe(options).catch(rethrow);
    process.stdout.write(given.json ? formatJson(report, packageJson.version) : formatText(report));
    const failed = failedChecks(report);
    if (failed === "") return;
    throw new Error(
      `Cannot ${ACTION} completely: these checks failed: ${failed}; check that the address is Together's API, and retry`,
    );
  },
};

/** Rethrows a connection error with its fix. Every other error passes: it already names its fix, or it is a bug. */
function rethrow(error: unknown): never {
  if (!(error instanceof ConnectionError)) throw error;
  throw new Error(`Cannot ${ACTION}: the connection was lost, or a response took longer than 120 s; retry`, {
    cause: error,
  });
}
