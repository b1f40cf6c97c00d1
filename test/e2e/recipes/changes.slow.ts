import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Copy } from "./copy.js";
import { readRecipes } from "./page.js";

const recipes = readRecipes();
const copy = new Copy();

afterEach(() => copy.reset());
afterAll(() => copy.remove());

it("shows the recipes for a model, an option, a framework and a fault", () => {
  const titles = recipes.map(({ title }) => title);
  expect(titles).toEqual(["A model", "An option", "A framework", "A fault of the emulator"]);
});

it("passes the tests that fail without a file, in a copy without changes", () => {
  const tests = recipes.map(({ forgotten }) => forgotten?.test);
  expect(tests).not.toContain(undefined);
  const { exitCode, output } = copy.run(`npx vitest run ${tests.join(" ")}`);
  expect(exitCode).toBe(0);
  expect(output).toContain(`Test Files  ${tests.length} passed`);
});

describe.each(recipes)("recipe: $title", ({ diff, commands, forgotten }) => {
  it("fits the sources, compiles and passes its tests", () => {
    expect(copy.apply(diff)).toEqual({ exitCode: 0, output: "" });
    expect(copy.compile()).toEqual({ exitCode: 0, output: "" });
    expect(commands).not.toEqual([]);
    for (const command of commands) expect(copy.run(command)).toMatchObject({ exitCode: 0 });
  });

  it("fails without one of its files", () => {
    const { file, test } = forgotten ?? { file: "", test: "" };
    expect(diff).toContain(`+++ b/${file}\n`);
    expect(copy.apply(diff, file)).toEqual({ exitCode: 0, output: "" });
    const { exitCode, output } = copy.run(`npx vitest run ${test}`);
    expect(exitCode).toBe(1);
    expect(output).toMatch(new RegExp(`FAIL .*${test} `));
  });
});
