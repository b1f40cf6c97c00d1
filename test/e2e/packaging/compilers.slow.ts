import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { tarball } from "./packed.js";
import { Project } from "./project.js";
import { readmeBlock } from "./readme.js";
import { COMPILERS, type Version } from "./typescript.js";

const ENTRIES = ["/langchain", "/ai-sdk", "/llamaindex", ""];
const PACKAGES = ["@types/node", "@langchain/classic", "ai", ...Object.keys(packageJson.peerDependencies)];
const TESTED: readonly Version[] = ["5.4", "5.9", "6.0", "7.0"];
const STRICT = ["--strict", "--noEmit", "--target", "es2022", "--types", "node", "--skipLibCheck"];

/** How a project resolves its packages: the compiler's options, and the extension of the compiled file. */
const RESOLUTIONS = {
  node10: { options: ["--module", "commonjs", "--moduleResolution", "node10"], extension: "cts" },
  "node16 in CommonJS": { options: ["--module", "node16"], extension: "cts" },
  "nodenext in CommonJS": { options: ["--module", "nodenext"], extension: "cts" },
  "nodenext in ESM": { options: ["--module", "nodenext"], extension: "mts" },
  bundler: { options: ["--module", "esnext", "--moduleResolution", "bundler"], extension: "mts" },
} as const;

type Resolution = keyof typeof RESOLUTIONS;

/**
 * Resolutions that are not tested. 7.0 does not support node10, and compiles all others in a tenth of the time. 5.9 and
 * 6.0 are between versions that are tested in full. Until 5.8, nodenext was the same as node16 in CommonJS.
 */
const SKIPPED: Partial<Record<Version, readonly Resolution[]>> = {
  "5.4": ["nodenext in CommonJS"],
  "5.9": ["node10", "node16 in CommonJS", "nodenext in ESM", "bundler"],
  "6.0": ["node16 in CommonJS", "nodenext in CommonJS", "bundler"],
  "7.0": ["node10"],
};

const rows = TESTED.flatMap((version) =>
  (Object.keys(RESOLUTIONS) as Resolution[])
    .filter((resolution) => !SKIPPED[version]?.includes(resolution))
    .map((resolution) => ({ version, resolution })),
);

let project: Project;

beforeAll(async () => {
  project = await Project.create();
  await project.install(tarball);
  await project.link(...PACKAGES);
  for (const [place, entry] of ENTRIES.entries()) {
    const { code } = readmeBlock(entry);
    await project.write(`block-${place}.mts`, `${code}\nexport {};\n`);
    await project.write(`block-${place}.cts`, inFunction(code));
  }
});

afterAll(() => project.remove());

describe("README's blocks in a user's compiler", () => {
  it.concurrent.each(rows)(
    "compiles with TypeScript $version and $resolution",
    async ({ version, resolution }) => {
      const { options, extension } = RESOLUTIONS[resolution];
      const files = [...ENTRIES.keys()].map((place) => `block-${place}.${extension}`);
      const old = version === "6.0" && resolution === "node10" ? ["--ignoreDeprecations", "6.0"] : [];
      const args = [COMPILERS[version], ...STRICT, ...options, ...old, ...files];
      const { stdout } = await project.run("node", args);
      expect(stdout).toBe("");
    },
  );
});

/** Wraps a block in a function, because CommonJS has no top-level await. */
function inFunction(code: string): string {
  const lines = code.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const rest = lines.filter((line) => !line.startsWith("import "));
  return [...imports, "export async function main() {", ...rest, "}"].join("\n");
}
