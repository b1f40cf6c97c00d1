/** Small programs for each runtime. */

import packageJson from "../../../package.json" with { type: "json" };

/** All entries, without the package's name: `""`, `/langchain` and others. */
export const ALL: readonly string[] = Object.keys(packageJson.exports)
  .filter((entry) => entry !== "./package.json")
  .map((entry) => entry.slice(1));

/** The entries that need no framework. */
export const ALONE = ["", "/ai-sdk", "/emulator"];

/** These entries, and those of LangChain, which imports Node.js modules only with the prefix `node:`. */
export const WITH_LANGCHAIN = [...ALONE, "/langchain", "/langchain/retriever"];

const all = JSON.stringify(ALL);

export const esm = `
import { smoke } from "./smoke.mjs";
console.log(JSON.stringify(await smoke((entry) => import("together-retrieval" + entry), ${all}, true)));
`;

export const cjs = `
import("./smoke.mjs")
  .then(({ smoke }) => smoke(async (entry) => require("together-retrieval" + entry), ${all}, true))
  .then((verdicts) => console.log(JSON.stringify(verdicts)));
`;

/** Returns a program with static imports, which bundlers need. */
function bundled(names: readonly string[]): string {
  const imports = names.map((entry, place) => `import * as entry${place} from "together-retrieval${entry}";`);
  const entries = names.map((entry, place) => `${JSON.stringify(entry)}: entry${place}`);
  return `
import { smoke } from "./smoke.mjs";
${imports.join("\n")}
const entries = { ${entries.join(", ")} };
const run = () => smoke(async (entry) => entries[entry], ${JSON.stringify(names)}, false);
`;
}

export const page = (entries: readonly string[]): string => `${bundled(entries)}
globalThis.verdicts = run();
`;

export const worker = (entries: readonly string[]): string => `${bundled(entries)}
export default { fetch: async () => Response.json(await run()) };
`;

/** Returns the expected verdicts on entries. */
export const passed = (entries: readonly string[]): Record<string, string> =>
  Object.fromEntries(entries.map((entry) => [`.${entry}`, "passed"]));
