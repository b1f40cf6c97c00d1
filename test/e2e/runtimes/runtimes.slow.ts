import { existsSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { build as esbuild, type BuildOptions } from "esbuild";
import { Miniflare } from "miniflare";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { build as vite } from "vite";
import packageJson from "../../../package.json" with { type: "json" };
import { pack, Project } from "../packaging/project.js";
import { ALL, ALONE, cjs, esm, page, passed, WITH_LANGCHAIN, worker } from "./programs.js";
import { serveFolder } from "./serve-folder.js";

const versions: Readonly<Record<string, string>> = packageJson.devDependencies;
const frameworks = Object.keys(packageJson.peerDependencies).map((name) => `${name}@${versions[name]}`);
const CHROMIUM = "/usr/bin/chromium";
const bin = (path: string): string => join(import.meta.dirname, "node_modules", path);

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  await project.install(await pack(project.folder), ...frameworks);
  await copyFile(join(import.meta.dirname, "smoke.mjs"), join(project.folder, "smoke.mjs"));
  const programs = {
    "esm.mjs": esm,
    "cjs.cjs": cjs,
    "page.js": page(ALL),
    "worker.js": worker(ALL),
    "worker-with-langchain.js": worker(WITH_LANGCHAIN),
    "worker-alone.js": worker(ALONE),
  };
  for (const [name, text] of Object.entries(programs)) await project.write(name, text);
  await project.write("index.html", '<!doctype html><script type="module" src="./page.js"></script>');
});

afterAll(() => project.remove());

describe("packed tarball on a server", () => {
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
    expect(JSON.parse(stdout.trim().split("\n").at(-1)!)).toEqual(passed(ALL));
  });
});

const ADDRESS = { "import.meta.url": '"file:///worker.mjs"' };

describe("packed tarball at the edge", () => {
  it.each([
    ["alone, with no compatibility flag", "worker-alone.js", ALONE, [], {}],
    ["with LangChain and nodejs_compat", "worker-with-langchain.js", WITH_LANGCHAIN, ["nodejs_compat"], {}],
    // LlamaIndex reads the URL of its module, and a worker has none.
    ["with all, and an address for LlamaIndex", "worker.js", ALL, ["nodejs_compat"], ADDRESS],
  ])("passes in Cloudflare's workerd %s", async (_, file, entries, compatibilityFlags, define) => {
    const contents = await bundleOf(file, ["workerd", "worker", "browser"], define);
    const miniflare = new Miniflare({
      modules: [{ type: "ESModule", path: "worker.mjs", contents }],
      compatibilityDate: "2026-01-01",
      compatibilityFlags,
    });
    try {
      const response = await miniflare.dispatchFetch("http://localhost/");
      expect(await response.json()).toEqual(passed(entries));
    } finally {
      await miniflare.dispose();
    }
  });
});

describe.skipIf(!existsSync(CHROMIUM))("packed tarball in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });

  afterAll(() => browser.close());

  it("passes when Vite has bundled it, with no settings", async () => {
    await vite({ root: project.folder, logLevel: "error", build: { outDir: "by-vite" } });
    expect(await verdictsOf(join(project.folder, "by-vite"))).toEqual({
      verdicts: passed(ALL),
      errors: [],
    });
  });

  it("passes when esbuild has bundled it", async () => {
    const folder = join(project.folder, "by-esbuild");
    await esbuild({ ...bundling("page.js", ["browser"]), outfile: join(folder, "page.js") });
    await copyFile(join(project.folder, "index.html"), join(folder, "index.html"));
    expect(await verdictsOf(folder)).toEqual({ verdicts: passed(ALL), errors: [] });
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

function bundling(file: string, conditions: string[]): BuildOptions {
  return {
    entryPoints: [join(project.folder, file)],
    absWorkingDir: project.folder,
    bundle: true,
    format: "esm",
    platform: "browser",
    conditions,
    external: conditions.includes("workerd") ? ["node:*"] : [],
    logLevel: "silent",
  };
}

/**
 * Bundles a file with esbuild.
 *
 * @throws if esbuild prints a warning.
 */
async function bundleOf(
  file: string,
  conditions: string[],
  define: Readonly<Record<string, string>>,
): Promise<string> {
  const options = { ...bundling(file, conditions), define: { ...define } };
  const { outputFiles, warnings } = await esbuild({ ...options, write: false });
  expect(warnings).toEqual([]);
  return outputFiles[0]!.text;
}
