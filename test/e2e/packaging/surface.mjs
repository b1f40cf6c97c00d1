/**
 * Writes the exports of each entry to `etc/`, so that a review shows changes of the public API. Without `--write`, it
 * compares them, and fails if they differ.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig, ExtractorLogLevel } from "@microsoft/api-extractor";
import packageJson from "../../../package.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const entries = Object.values(packageJson.exports)
  .filter((entry) => typeof entry === "object")
  .map((entry) => entry.import.types);

/** Returns the name of a report: `langchain` for `./dist/langchain/index.d.ts`. */
function nameOf(types) {
  return types.replace(/^\.\/dist\/|\/?index\.d\.ts$|\.d\.ts$/g, "").replaceAll("/", "-") || "index";
}

function configFor(types) {
  const folder = join(ROOT, "etc");
  const temporary = join(ROOT, "test/e2e/packaging/node_modules/.cache/api");
  mkdirSync(temporary, { recursive: true });
  return ExtractorConfig.prepare({
    configObjectFullPath: join(ROOT, "api-extractor.json"),
    packageJsonFullPath: join(ROOT, "package.json"),
    configObject: {
      projectFolder: ROOT,
      mainEntryPointFilePath: join(ROOT, types),
      compiler: { overrideTsconfig: { compilerOptions: COMPILER, files: [join(ROOT, types)] } },
      apiReport: {
        enabled: true,
        reportFileName: `${nameOf(types)}.api.md`,
        reportFolder: folder,
        reportTempFolder: temporary,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      messages: {
        extractorMessageReporting: {
          default: { logLevel: ExtractorLogLevel.Error },
          "ae-undocumented": { logLevel: ExtractorLogLevel.None },
          "ae-missing-release-tag": { logLevel: ExtractorLogLevel.None },
          "ae-unresolved-link": { logLevel: ExtractorLogLevel.None },
          // Types that a declaration uses, but that are not exported.
          "ae-forgotten-export": { logLevel: ExtractorLogLevel.None },
        },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
}

const COMPILER = {
  module: "nodenext",
  target: "es2022",
  lib: ["ES2023", "DOM"],
  strict: true,
  skipLibCheck: true,
};

const localBuild = process.argv.includes("--write");
const results = entries.map((types) => Extractor.invoke(configFor(types), { localBuild }));
process.exitCode = results.every(({ succeeded }) => succeeded) ? 0 : 1;
