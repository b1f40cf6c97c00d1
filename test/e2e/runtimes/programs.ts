/** The small programs that a user of each runtime would write. */

import packageJson from "../../../package.json" with { type: "json" };

/** What there is to import, as it stands behind the package's name: `""`, `/langchain` and so on. */
export const ALL: readonly string[] = Object.keys(packageJson.exports)
  .filter((entry) => entry !== "./package.json")
  .map((entry) => entry.slice(1));

/** The entries that need no framework. */
export const ALONE = ["", "/ai-sdk", "/emulator"];

/** And those that need one which asks for none of Node's modules but by `node:`. */
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

/** Imports statically, because that is what bundlers follow. */
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

/** The verdicts on entries when all is well. */
export const passed = (entries: readonly string[]): Record<string, string> =>
  Object.fromEntries(entries.map((entry) => [`.${entry}`, "passed"]));
