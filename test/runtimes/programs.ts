/** The small programs that a user of each runtime would write. */

const ENTRIES = ["", "emulator", "langchain", "langchain/retriever", "llamaindex"] as const;

const ALL = JSON.stringify(ENTRIES);

const nameOf = `const nameOf = (entry) => entry === "" ? "together-retrieval" : "together-retrieval/" + entry;`;

export const esm = `
import { smoke } from "./smoke.mjs";
${nameOf}
console.log(JSON.stringify(await smoke((entry) => import(nameOf(entry)), ${ALL}, true)));
`;

export const cjs = `
${nameOf}
import("./smoke.mjs")
  .then(({ smoke }) => smoke(async (entry) => require(nameOf(entry)), ${ALL}, true))
  .then((verdicts) => console.log(JSON.stringify(verdicts)));
`;

/** The first so many entries, imported statically, because that is what bundlers follow. */
function bundled(count: number): string {
  const names = ENTRIES.slice(0, count);
  const imports = names.map(
    (entry, place) => `import * as entry${place} from "together-retrieval${entry && `/${entry}`}";`,
  );
  const entries = names.map((entry, place) => `${JSON.stringify(entry)}: entry${place}`);
  return `
import { smoke } from "./smoke.mjs";
${imports.join("\n")}
const entries = { ${entries.join(", ")} };
const run = () => smoke(async (entry) => entries[entry], ${JSON.stringify(names)}, false);
`;
}

export const page = (count: number): string => `${bundled(count)}
globalThis.verdicts = run();
`;

export const worker = (count: number): string => `${bundled(count)}
export default { fetch: async () => Response.json(await run()) };
`;

/** The verdicts on the first so many entries when all is well. */
export const passed = (count: number): Record<string, string> =>
  Object.fromEntries(ENTRIES.slice(0, count).map((entry) => [entry === "" ? "." : `./${entry}`, "passed"]));

/** All but LlamaIndex, which is made for servers. */
export const AT_THE_EDGE = 4;

/** Those that need no framework. */
export const ALONE = 2;
