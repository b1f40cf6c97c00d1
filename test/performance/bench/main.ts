/**
 * Compares the clients for Together on one server: `npm run bench`.
 *
 * See README.md for its options.
 */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { compare, type Effort, type Run } from "./compare.js";
import { goalsOf, importGoals, type Goal } from "./goals.js";
import { importOf, type Import } from "./imports.js";
import { goalReport, importReport, scenarioReport } from "./report.js";
import { preamble } from "./preamble.js";
import { roster, type Name } from "./roster.js";
import { scenarios, type Scenario } from "./scenarios.js";

const { values: options } = parseArgs({
  options: {
    scenario: { type: "string", multiple: true },
    only: { type: "string" },
    repeats: { type: "string" },
    "time-limit": { type: "string" },
    quick: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    profile: { type: "string" },
  },
});

const effort: Effort = {
  repeats: Number(options.repeats ?? (options.quick ? 1 : 5)),
  timeLimitMs: 1000 * Number(options["time-limit"] ?? (options.quick ? 5 : 30)),
  slowMs: 4000,
  profiles: options.profile,
};

const IMPORT = "import";
const ENTRIES = ["index", "langchain/index", "ai-sdk/index", "llamaindex/index"].filter(isBuilt);

const runs: Run[] = [];
const imports: Import[] = [];
const goals: Goal[] = [];
const parts: string[] = [];

if (effort.profiles) mkdirSync(effort.profiles, { recursive: true });
for (const scenario of chosen()) {
  const measured = await compare(scenario, effort, log);
  runs.push(...measured);
  goals.push(...goalsOf(measured));
  show(scenarioReport(scenario, measured));
}
if (wants(IMPORT) && !options.only) {
  for (const entry of ENTRIES) imports.push(await importOf(entry, effort.repeats));
  goals.push(...imports.flatMap(importGoals));
  show(importReport(imports));
}
show(goalReport(goals));
if (options.json) console.log(JSON.stringify({ runs, imports, goals }));
if (options.write) {
  writeFileSync(new URL("RESULTS.md", import.meta.url), `${[preamble(), ...parts].join("\n\n")}\n`);
}

function chosen(): Scenario[] {
  const names = options.only?.split(",");
  return scenarios
    .filter((scenario) => isChosen(scenario))
    .map((scenario) => ({
      ...scenario,
      clients: scenario.clients.filter((name) => isIncluded(name, names)),
    }))
    .filter(({ clients }) => clients.length > 0);
}

/** Determines whether a scenario runs: with `--scenario`, if it is named; otherwise by `--quick` and `--long`. */
function isChosen({ name, quick, long }: Scenario): boolean {
  if (options.scenario) return wants(name);
  return (options.long || !long) && (quick === true || !options.quick);
}

function wants(scenario: string): boolean {
  return options.scenario === undefined || options.scenario.includes(scenario);
}

function isIncluded(name: Name, names: readonly string[] | undefined): boolean {
  if (name === "together-retrieval-llamaindex" && !isBuilt("llamaindex/index")) return false;
  return names ? names.includes(name) : !(options.quick && roster[name].slow);
}

function isBuilt(entry: string): boolean {
  return existsSync(new URL(`../../../dist/${entry}.js`, import.meta.url));
}

function log({ scenario, client, round, cost, failure }: Run): void {
  const outcome = cost ? `${(cost.wallMs / 1000).toFixed(2)} s` : String(failure);
  process.stderr.write(`${scenario} ${round + 1}/${effort.repeats} ${roster[client].title}: ${outcome}\n`);
}

function show(part: string): void {
  parts.push(part);
  if (!options.json) console.log(`\n${part}`);
}
