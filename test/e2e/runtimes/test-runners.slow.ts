import { cp, mkdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { pack, Project, ROOT } from "../packaging/project.js";

/** Packages of the specs, from this folder and from the root. */
const LINKED = [
  "jest",
  "@jest/globals",
  "jest-environment-jsdom",
  "jest-fixed-jsdom",
  "msw",
  "nock",
  "sinon",
];
const FROM_ROOT = ["vitest", "@sinonjs/fake-timers"] as const;
const bin = (path: string): string => join(import.meta.dirname, "node_modules", path);

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  await project.install(await pack(project.folder));
  const modules = (name: string): string => join(project.folder, "node_modules", name);
  const links = [
    ...LINKED.map((name) => [bin(name), modules(name)] as const),
    ...FROM_ROOT.map((name) => [join(ROOT, "node_modules", name), modules(name)] as const),
  ];
  for (const [from, to] of links) {
    await mkdir(dirname(to), { recursive: true });
    await symlink(from, to);
  }
  await cp(join(import.meta.dirname, "test-runners"), project.folder, { recursive: true });
  // CommonJS is the default of a project that uses Jest.
  await project.write("package.json", JSON.stringify({ private: true }));
  await project.write("jest.config.js", "module.exports = { testMatch: ['**/jest-*.test.*js'] };");
});

afterAll(() => project.remove());

/** Reads the runner's JSON: the number of passed tests, and the names and messages of the others. */
function resultOf(stdout: string): { passed: number; failed: string[] } {
  const json = JSON.parse(stdout.slice(stdout.indexOf(`{"num`))) as {
    numPassedTests: number;
    testResults: {
      message: string;
      assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
    }[];
  };
  const failed = json.testResults.flatMap(({ message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status !== "passed");
    if (assertionResults.length === 0) return [message];
    return tests.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join()}`);
  });
  return { passed: json.numPassedTests, failed };
}

async function run(file: string, args: readonly string[]): Promise<{ passed: number; failed: string[] }> {
  // A runner with failed tests prints the JSON, too, and exits with code 1.
  const output = project.run(file, args, { NODE_OPTIONS: "--experimental-vm-modules --no-warnings" });
  return resultOf(
    await output.then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as Error).message,
    ),
  );
}

/** Number of tests in specs.cjs. The one of msw does not run as CommonJS. */
const SPECS = 8;

describe("packed tarball in a user's tests", () => {
  it.each([
    ["Jest, CommonJS, node", "jest-cjs", "node", SPECS - 1],
    ["Jest, CommonJS, jsdom", "jest-cjs", "jest-fixed-jsdom", SPECS - 1],
    ["Jest, ES modules, node", "jest-esm", "node", SPECS],
    ["Jest, ES modules, jsdom", "jest-esm", "jest-fixed-jsdom", SPECS],
  ])("passes in %s", async (_, file, environment, passed) => {
    const args = ["--config", "jest.config.js", "--json", "--testEnvironment", environment, `${file}.test`];
    expect(await run("node", [bin(".bin/jest"), ...args])).toEqual({ passed, failed: [] });
  });

  it("loads in Jest's plain jsdom, which has no fetch, and names what is missing", async () => {
    await project.write("plain-jsdom.test.js", PLAIN_JSDOM);
    const args = ["--testMatch", "**/plain-jsdom.test.js", "--json", "--testEnvironment", "jsdom"];
    expect(await run("node", [bin(".bin/jest"), ...args])).toEqual({ passed: 1, failed: [] });
  });

  it(`passes in Vitest ${packageJson.devDependencies.vitest}, with each kind of fake timers`, async () => {
    const args = ["run", "--root", ".", "--reporter", "json", "vitest.test.mjs"];
    const vitest = join(ROOT, "node_modules/.bin/vitest");
    expect(await run(vitest, args)).toEqual({ passed: 4 * SPECS, failed: [] });
  });
});

const PLAIN_JSDOM = `
const { Embedder, isTogetherError } = require("together-retrieval");

it("names the missing global fetch", async () => {
  expect(typeof window).toBe("object");
  expect(globalThis.fetch).toBeUndefined();
  const error = await new Embedder({ model: "m", apiKey: "k" }).embed(["a text"]).catch((thrown) => thrown);
  expect(error.message).toContain("there is no global \`fetch\`");
  expect(isTogetherError(error)).toBe(true);
});
`;
