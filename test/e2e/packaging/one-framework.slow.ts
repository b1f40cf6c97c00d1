/** A user has one of the frameworks, and lets the compiler look into every declaration. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { pack, Project, ROOT } from "./project.js";

const versions: Readonly<Record<string, string>> = packageJson.devDependencies;

const FRAMEWORKS: Readonly<Record<string, string>> = {
  "@langchain/core": `
    import type { EmbeddingsInterface } from "@langchain/core/embeddings";
    import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
    import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
    export const embeddings: EmbeddingsInterface = new TogetherEmbeddings({ model: "m", fetch });
    export const reranker: BaseDocumentCompressor = new TogetherReranker({ model: "m", topN: 5 });
    // @ts-expect-error Were the framework's types lost, they would be any, and this would be right.
    export const wrong: number = new TogetherEmbeddings({ model: "m" }).caller;`,
  llamaindex: `
    import { Settings, type BaseNodePostprocessor } from "llamaindex";
    import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/llamaindex";
    Settings.embedModel = new TogetherEmbeddings({ model: "m", fetch, embedBatchSize: 64 });
    export const reranker: BaseNodePostprocessor = new TogetherReranker({ model: "m", metadataMode: "ALL" });
    // @ts-expect-error Were the framework's types lost, they would be any, and this would be right.
    export const wrong: number = new TogetherEmbeddings({ model: "m" }).similarity;`,
};

const BY_THEMSELVES = `
  import { Embedder } from "together-retrieval";
  import { createEmulator } from "together-retrieval/emulator";
  const { fetch } = createEmulator();
  export const embedder = new Embedder({ model: "m", fetch });
  // @ts-expect-error Only strings are models.
  export const nonsense = new Embedder({ model: 5 });`;

/** The fastest by far. strict-declarations.slow.ts tries the older ones. */
const COMPILER = join(ROOT, "node_modules/typescript-7/bin/tsc");

const RESOLUTIONS: Readonly<Record<string, readonly string[]>> = {
  nodenext: ["--module", "nodenext", "user.mts", "user.cts"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler", "user.mts"],
};

describe.each(Object.keys(packageJson.peerDependencies))("project with %s alone", (framework) => {
  let project: Project;

  beforeAll(async () => {
    project = await Project.create();
    await project.install(
      "--ignore-scripts",
      await pack(project.folder),
      `@types/node@${versions["@types/node"]}`,
      `${framework}@${versions[framework]}`,
    );
    const source = BY_THEMSELVES + FRAMEWORKS[framework];
    await Promise.all(["user.mts", "user.cts"].map((name) => project.write(name, source)));
  });

  afterAll(() => project.remove());

  it.each(Object.keys(RESOLUTIONS))("finds no type error in our declarations with %s", async (resolution) => {
    const complaints = await compile(project, resolution);
    expect(complaints.filter((line) => !ofOthers(line))).toEqual([]);
  });
});

/** What the compiler says of the project and, because `skipLibCheck` is off, of all packages. */
async function compile(project: Project, resolution: string): Promise<string[]> {
  const options = ["--strict", "--noEmit", "--target", "es2022", "--types", "node"];
  const args = [COMPILER, ...options, ...(RESOLUTIONS[resolution] ?? [])];
  const compiling = project.run("node", args).then(({ stdout }) => stdout, String);
  return (await compiling).split("\n").filter((line) => line.includes("error TS"));
}

/** The frameworks' own declarations have faults that are not ours: LlamaIndex's want `ajv`, LangSmith's mix ESM and CJS. */
function ofOthers(line: string): boolean {
  return line.startsWith("node_modules/") && !line.startsWith("node_modules/together-retrieval/");
}
