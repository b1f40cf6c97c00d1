/**
 * `npm run mutate -- src/core/request/retry-policy.ts`: makes mutants of the file, runs its tests against them, and
 * prints the surviving mutants. Without a file, it does so for all files, which takes an hour. Code that has not
 * changed since the last run is skipped, except with `--force`.
 *
 * `--write` writes the last result of each file to the table of RESULTS.md. `--all-tests` runs all fast tests for each
 * mutant, which takes hours.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Stryker } from "@stryker-mutator/core";
import { format, resolveConfig } from "prettier";
import base from "./stryker.config.js";
import { nearest } from "./nearest.js";

const STORE = "test/performance/mutation/.incremental/near";
const PAGE = "test/performance/mutation/RESULTS.md";

const given = process.argv.slice(2);
const named = given.filter((word) => !word.startsWith("--"));
const files = named.length > 0 ? named : given.includes("--write") ? [] : Object.keys(nearest).map(sourceOf);
if (given.includes("--all-tests")) await new Stryker(base).runMutationTest();
else for (const file of files) await mutate(file);
if (given.includes("--write")) await write();

async function mutate(file) {
  const name = Object.keys(nearest).find((one) => sourceOf(one) === file);
  if (!name)
    throw new Error(
      `Cannot mutate ${file}: it has no tests in test/performance/mutation/nearest.js; add them`,
    );
  // vitest.config.ts reads it, in the processes that run the tests.
  process.env["NEAREST"] = nearest[name].join();
  const options = {
    ...base,
    mutate: [file],
    incrementalFile: storeOf(name),
    force: given.includes("--force"),
  };
  await new Stryker({ ...options, timeoutMS: 2000, timeoutFactor: 1.25 }).runMutationTest();
}

async function write() {
  const page = readFileSync(PAGE, "utf8");
  const rows = Object.keys(nearest).flatMap((name) => resultsOf(name) ?? rowOf(name, page));
  const table = [...rows, rows.reduce(sum, { name: "together", killed: 0, survived: 0 })].map(
    ({ name, killed, survived }) => {
      const mutants = killed + survived;
      return `| ${name} | ${mutants} | ${killed} | ${survived} | ${((100 * killed) / mutants).toFixed(1)} % |`;
    },
  );
  const head = "| file | mutants | killed | survived | score |\n| --- | --: | --: | --: | --: |";
  const updated = page.replace(/^\| file(.*\n)+?(?=\n)/m, `${[head, ...table].join("\n")}\n`);
  writeFileSync(PAGE, await format(updated, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
}

/** Returns the result of the last run, with an asterisk if the file has changed since; `undefined` without a run. */
function resultsOf(name) {
  if (!existsSync(storeOf(name))) return undefined;
  const file = sourceOf(name);
  const { source, mutants } = JSON.parse(readFileSync(storeOf(name), "utf8")).files[file] ?? { mutants: [] };
  const amount = (...statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;
  const killed = amount("Killed", "Timeout");
  const survived = amount("Survived", "NoCoverage");
  // All its code runs when the file is loaded. Such mutants are left out.
  if (killed + survived === 0) return [];
  const changed = source === readFileSync(file, "utf8") ? "" : " \\*";
  return [{ name: `${name}.ts${changed}`, killed, survived }];
}

/** Returns the row of a file that was not run on this machine, with an asterisk. */
function rowOf(name, page) {
  const row = page.split("\n").find((line) => line.startsWith(`| ${name}.ts `));
  if (!row) return [];
  const [, , , killed, survived] = row.split("|").map((cell) => Number(cell));
  return [{ name: `${name}.ts \\*`, killed, survived }];
}

function sum(total, row) {
  return { ...total, killed: total.killed + row.killed, survived: total.survived + row.survived };
}

function sourceOf(name) {
  return `src/${name}.ts`;
}

function storeOf(name) {
  return `${STORE}/${name.replaceAll("/", "-")}.json`;
}
