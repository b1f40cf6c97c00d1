import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { build as esbuild, type BuildOptions } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as vite } from "vite";
import packageJson from "../../package.json" with { type: "json" };
import { pack, Project } from "../packaging/project.js";
import { ALONE, AT_THE_EDGE, cjs, esm, page, passed, worker } from "./programs.js";
import { serveFolder } from "./serve-folder.js";

const { devDependencies } = packageJson;
const CHROMIUM = "/usr/bin/chromium";
const bin = (path: string): string => join(import.meta.dirname, "node_modules", path);

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  await project.install(
    await pack(project.folder),
    `@langchain/core@${devDependencies["@langchain/core"]}`,
    `llamaindex@${devDependencies["llamaindex"]}`,
  );
  await copyFile(join(import.meta.dirname, "smoke.mjs"), join(project.folder, "smoke.mjs"));
  const programs = {
    "esm.mjs": esm,
    "cjs.cjs": cjs,
    "page.js": page(AT_THE_EDGE),
    "worker.js": worker(AT_THE_EDGE),
    "worker-alone.js": worker(ALONE),
  };
  for (const [name, text] of Object.entries(programs)) await project.write(name, text);
  await project.write("index.html", '<!doctype html><script type="module" src="./page.js"></script>');
});

afterAll(() => project.remove());

describe("the packed tarball on a server", () => {
  it.each([
    ["Node 20 or the one at hand, ESM", "node", ["esm.mjs"]],
    ["Node 20 or the one at hand, CommonJS", "node", ["cjs.cjs"]],
    ["Node 22, ESM", bin("node22/bin/node"), ["esm.mjs"]],
    ["Node 22, CommonJS", bin("node22/bin/node"), ["cjs.cjs"]],
    ["Node 24, ESM", bin("node24/bin/node"), ["esm.mjs"]],
    ["Node 24, CommonJS", bin("node24/bin/node"), ["cjs.cjs"]],
    ["Deno", bin(".bin/deno"), ["run", "--allow-all", "--node-modules-dir=manual", "esm.mjs"]],
    ["Bun, ESM", bin(".bin/bun"), ["esm.mjs"]],
    ["Bun, CommonJS", bin(".bin/bun"), ["cjs.cjs"]],
  ])("passes with every entry on %s", async (_, runtime, args) => {
    const { stdout } = await project.run(runtime, args);
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual(passed(5));
  });
});

describe("the packed tarball at the edge", () => {
  it.each([
    ["by itself, with no compatibility flag", "worker-alone.js", ALONE, []],
    ["with LangChain, which asks for Node's modules", "worker.js", AT_THE_EDGE, ["nodejs_compat"]],
  ])("passes in Cloudflare's workerd %s", async (_, file, entries, compatibilityFlags) => {
    const contents = await bundleOf(file, ["workerd", "worker", "browser"], compatibilityFlags.length > 0);
    const miniflare = new Miniflare({
      modules: [{ type: "ESModule", path: "worker.mjs", contents }],
      compatibilityDate: "2026-01-01",
      compatibilityFlags,
    });
    try {
      const answer = await miniflare.dispatchFetch("http://localhost/");
      expect(await answer.json()).toEqual(passed(entries));
    } finally {
      await miniflare.dispose();
    }
  });
});

describe.skipIf(!existsSync(CHROMIUM))("the packed tarball in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });

  afterAll(() => browser.close());

  it("passes when Vite has bundled it, with no settings", async () => {
    await vite({ root: project.folder, logLevel: "error", build: { outDir: "by-vite" } });
    expect(await verdictsOf(join(project.folder, "by-vite"))).toEqual({
      verdicts: passed(AT_THE_EDGE),
      errors: [],
    });
  });

  it("passes when esbuild has bundled it", async () => {
    const folder = join(project.folder, "by-esbuild");
    await esbuild({ ...bundling("page.js", ["browser"]), outfile: join(folder, "page.js") });
    await copyFile(join(project.folder, "index.html"), join(folder, "index.html"));
    expect(await verdictsOf(folder)).toEqual({ verdicts: passed(AT_THE_EDGE), errors: [] });
  });

  async function verdictsOf(folder: string): Promise<{ verdicts: unknown; errors: string[] }> {
    const server = await serveFolder(folder);
    const tab = await browser.newPage();
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    try {
      await tab.goto(server.url);
      await tab.waitForFunction("globalThis.verdicts !== undefined");
      return { verdicts: await tab.evaluate("globalThis.verdicts"), errors };
    } finally {
      await tab.close();
      await server.close();
    }
  }
});

function bundling(file: string, conditions: string[], node = false): BuildOptions {
  return {
    entryPoints: [join(project.folder, file)],
    absWorkingDir: project.folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions,
    external: node ? ["node:*"] : [],
    logLevel: "silent",
  };
}

/** @throws if esbuild has anything to complain about. */
async function bundleOf(file: string, conditions: string[], node: boolean): Promise<string> {
  const { outputFiles, warnings } = await esbuild({ ...bundling(file, conditions, node), write: false });
  expect(warnings).toEqual([]);
  return outputFiles[0]!.text;
}
