import packageJson from "../../package.json" with { type: "json" };
import { ConnectionError } from "../probe/probe-client.js";
import { mostRequests, probe, type ProbeOptions } from "../probe/probe.js";
import { inJson, inPrint } from "../probe/report.js";
import { Misuse, numberFrom, optionsFrom, type Command } from "./command.js";

const ACTION = "probe the endpoint";
const NAMES = ["model", "rerank-model", "base-url", "max-input-tokens"] as const;
const HELP_AT = "together-retrieval probe --help";

/** `together-retrieval probe` */
export const probeCommand: Command = {
  name: "probe",
  summary: "Asks your endpoint what Together does not document, and recommends options",
  help: `Usage: together-retrieval probe [--model <id>] [--rerank-model <id>] [options]

Asks an endpoint what Together does not document: base64, unit length, how many texts a request may hold, what happens
to blank and to long texts, whether scores of split lists are comparable. Says first how many requests that takes. Prints
what was expected beside what was observed, and options as code to paste. It sends sentences of its own and prints
neither texts nor the key, which it reads from TOGETHER_API_KEY.

  --model <id>                 an embedding model, or <project>/<endpoint>
  --rerank-model <id>          a reranker, or <project>/<endpoint>
  --base-url <url>             TOGETHER_BASE_URL by default, then https://api.together.ai/v1
  --max-input-tokens <number>  the model's limit, if it is not a known model; 8192 by default
  --json                       prints the report as JSON, for a bug report
  --help                       prints this
`,
  async run(args) {
    const given = optionsFrom(args, NAMES, ACTION, HELP_AT, ["json"]);
    const options: ProbeOptions = {
      model: given.model,
      rerankModel: given["rerank-model"],
      baseURL: given["base-url"],
      maxInputTokens: numberFrom(given["max-input-tokens"], "max-input-tokens", ACTION, {
        least: 1,
        whole: true,
      }),
    };
    if (options.model === undefined && options.rerankModel === undefined) {
      throw new Misuse(`Cannot ${ACTION}: no model was given; name one with --model or --rerank-model`);
    }
    // To the other stream, so that the report can be piped.
    console.error(`Sends at most ${mostRequests(options)} requests, more only where one has to be repeated.`);
    const report = await probe(options).catch(explain);
    process.stdout.write(given.json ? inJson(report, packageJson.version) : inPrint(report));
  },
};

/** Adds what to do to a connection error. Every other error passes: it is a sentence already, or a bug. */
function explain(error: unknown): never {
  if (!(error instanceof ConnectionError)) throw error;
  throw new Error(
    `Cannot ${ACTION}: the connection was lost, or a response took longer than 120 s; try again`,
    { cause: error },
  );
}
