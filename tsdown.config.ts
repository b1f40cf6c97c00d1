import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { defineConfig, type UserConfig } from "tsdown";
import packageJson from "./package.json" with { type: "json" };
import { namesMissingPeers } from "./tsdown.peers.js";

const SDK = "together-ai";
const NOTHING = "\0nothing";
const LINK = `node_modules/${packageJson.name}`;

/** What package.json offers, by `exports` and `bin`, is what is built: `./dist/cli.js` from `src/cli.ts`. */
const offered = [
  ...Object.values(packageJson.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : entry.import.default,
  ),
  ...Object.values(packageJson.bin),
];
const names = offered.map((file) => file.replace(/^\.\/dist\/|\.js$/g, ""));

const together: UserConfig = {
  entry: Object.fromEntries(names.map((name) => [name, `src/${name}.ts`])),
  format: ["esm", "cjs"],
  dts: true,
  sourcemap: true,
  target: "node20",
  platform: "neutral",
  fixedExtension: false,
  deps: { neverBundle: [/^node:/] },
  plugins: [
    namesMissingPeers(),
    {
      // `imports` in package.json says which SDK that is: the installed one, or for bundlers the one below.
      name: "sdk-by-condition",
      resolveId: {
        order: "pre",
        handler: (id, importer) =>
          id === SDK && !importer?.endsWith(".d.ts") ? { id: `#${SDK}`, external: true } : undefined,
      },
    },
  ],
  logLevel: "warn",
  // Folders with their own package.json, such as examples, import the build by the package's name, as users do.
  onSuccess() {
    if (!existsSync(LINK)) symlinkSync("..", LINK, "junction");
  },
};

/**
 * Together's SDK imports `parquetjs`, which it does not depend on, to check files for fine-tuning. Node never gets
 * there, but bundlers look for it, and Vite then ends with an error. So for browsers and workers the SDK comes along
 * without that import.
 */
const sdkForBundlers: UserConfig = {
  entry: { "browser/together-ai": "src/browser/together-ai.ts" },
  // CommonJS too: Jest's jsdom environment asks for `browser` and `require`, and cannot load an ES module.
  format: ["esm", "cjs"],
  dts: false,
  clean: false,
  target: "es2022",
  platform: "browser",
  fixedExtension: false,
  deps: { alwaysBundle: [SDK], onlyBundle: [SDK] },
  banner: `/*! ${SDK}, Apache-2.0 (LICENSE beside this file), changed: without its import of parquetjs */`,
  outputOptions: { codeSplitting: false },
  plugins: [
    {
      name: "sdk-without-parquet",
      resolveId: (id) => (id === "parquetjs" ? NOTHING : undefined),
      load: (id) => (id === NOTHING ? "export default undefined;" : undefined),
      generateBundle() {
        const source = readFileSync(`node_modules/${SDK}/LICENSE`, "utf8");
        this.emitFile({ type: "asset", fileName: "browser/LICENSE", source });
      },
    },
  ],
  logLevel: "warn",
};

export default defineConfig([together, sdkForBundlers]);
