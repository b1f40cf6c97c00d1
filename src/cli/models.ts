import packageJson from "../../package.json" with { type: "json" };
import { readConnection, type Connection } from "../probe/connection.js";
import { parseOptions, type Command } from "./command.js";
import { ACTION, askEndpoints, askModels, askSupportedModels, isTogether } from "./models/ask.js";
import { formatJson, formatText } from "./models/format.js";
import { createReport, type Lists } from "./models/report.js";

const HELP_AT = "together-retrieval models --help";

/** `together-retrieval models` */
export const modelsCommand: Command = {
  name: "models",
  summary: "List the embedding and rerank models that your key can use, and the options to paste",
  help: `Usage: together-retrieval models [options]

Lists what your key can use, and the options to paste:
- your dedicated endpoints with their state
- the embedding and rerank models that the server lists
- the models that a dedicated endpoint can run, with their GPUs

Reads the key from TOGETHER_API_KEY. Sends the key to the base URL. If this is an address of Together, it also sends the
key to https://api.together.ai, for the lists of endpoints and of models for them.

This command was never tried against Together's live service. It follows Together's documentation and SDK (2026-09).

  --base-url <url>  base URL (default: TOGETHER_BASE_URL, TOGETHER_API_BASE, then https://api.together.ai/v1)
  --json            print JSON
  --help            print this help
`,
  async run(args) {
    const given = parseOptions(args, ["base-url"], ACTION, HELP_AT, ["json"]);
    const connection = readConnection({ baseURL: given["base-url"] }, ACTION);
    const { lists, failed, error } = await askAll(connection);
    const ofTogether = isTogether(connection.baseURL);
    const report = createReport(lists, failed, connection, ofTogether);
    // On stderr, so that the output can be piped.
    console.error(
      "This command was never tried against Together's live service. It follows Together's documentation and SDK (2026-09).",
    );
    process.stdout.write(
      given.json ? formatJson(report, packageJson.version) : formatText(report, ofTogether),
    );
    if (failed.length > 0) throw error;
  },
};

/**
 * Asks for all lists. A list whose request fails is left out, with the error, if there is another list.
 *
 * @throws {TogetherError} if there is none.
 */
async function askAll(
  connection: Connection,
): Promise<{ lists: Lists; failed: (keyof Lists)[]; error: unknown }> {
  const failed: (keyof Lists)[] = [];
  const errors: unknown[] = [];
  const asked = <List>(name: keyof Lists, list: Promise<List>): Promise<List | undefined> =>
    list.catch((error: unknown) => {
      failed.push(name);
      errors.push(error);
      return undefined;
    });
  const [endpoints, listed, deployable] = await Promise.all([
    asked("endpoints", askEndpoints(connection)),
    asked("listed", askModels(connection)),
    asked("deployable", askSupportedModels(connection)),
  ]);
  const lists: Lists = { endpoints, listed, deployable };
  const [error] = errors;
  if (failed.length > 0 && Object.values(lists).every((list) => list === undefined)) throw error;
  return { lists, failed, error };
}
