/** Projects with one of the frameworks, whose compiler checks every declaration file. */
import { beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { pinned, projectWith } from "./packed.js";
import type { Project } from "./project.js";
import { COMPILERS, NEWEST } from "./typescript.js";

/** Packages of a framework that other files install with it. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = { "@langchain/core": ["@langchain/classic"] };

const SOURCES: Readonly<Record<string, string>> = {
  "@langchain/core": `
    import type { EmbeddingsInterface } from "@langchain/core/embeddings";
    import type { BaseDocumentCompressor } from "@langchain/core/retrievers/document_compressors";
    import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/langchain";
    export const embeddings: EmbeddingsInterface = new TogetherEmbeddings({ model: "m", fetch });
    export const reranker: BaseDocumentCompressor = new TogetherReranker({ model: "m", topN: 5 });
    // @ts-expect-error If the framework's types were missing, they would be any, and this line would compile.
    export const wrong: number = new TogetherEmbeddings({ model: "m" }).caller;`,
  llamaindex: `
    import { Settings, type BaseNodePostprocessor } from "llamaindex";
    import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/llamaindex";
    Settings.embedModel = new TogetherEmbeddings({ model: "m", fetch, embedBatchSize: 64 });
    export const reranker: BaseNodePostprocessor = new TogetherReranker({ model: "m", metadataMode: "ALL" });
    // @ts-expect-error If the framework's types were missing, they would be any, and this line would compile.
    export const wrong: number = new TogetherEmbeddings({ model: "m" }).similarity;`,
};

const WITHOUT_FRAMEWORK = `
  import { Embedder } from "together-retrieval";
  import { createEmulator } from "together-retrieval/emulator";
  const { fetch } = createEmulator();
  export const embedder = new Embedder({ model: "m", fetch });
  // @ts-expect-error Only strings are models.
  export const nonsense = new Embedder({ model: 5 });`;

const RESOLUTIONS: Readonly<Record<string, readonly string[]>> = {
  nodenext: ["--module", "nodenext", "user.mts", "user.cts"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler", "user.mts"],
};

describe.each(Object.keys(packageJson.peerDependencies))("project with %s alone", (framework) => {
  let project: Project;

  beforeAll(async () => {
    const packages = ["@types/node", framework, ...(COMPANIONS[framework] ?? [])];
    project = await projectWith(...packages.map(pinned));
    const source = WITHOUT_FRAMEWORK + SOURCES[framework];
    await Promise.all(["user.mts", "user.cts"].map((name) => project.write(name, source)));
  });

  it.each(Object.keys(RESOLUTIONS))("finds no type error in our declarations with %s", async (resolution) => {
    const errors = await compile(project, resolution);
    expect(errors.filter((line) => !isThirdParty(line))).toEqual([]);
  });
});

/** Returns the compiler's errors in the project, and in all packages, because `skipLibCheck` is off. */
async function compile(project: Project, resolution: string): Promise<string[]> {
  const options = ["--strict", "--noEmit", "--target", "es2022", "--types", "node"];
  // The fastest. strict-declarations.slow.ts tests older ones.
  const args = [COMPILERS[NEWEST], ...options, ...(RESOLUTIONS[resolution] ?? [])];
  const compiling = project.run("node", args).then(({ stdout }) => stdout, String);
  return (await compiling).split("\n").filter((line) => line.includes("error TS"));
}

/** Whether an error is in another package. LlamaIndex's declarations require `ajv`, and LangSmith's mix ESM and CJS. */
function isThirdParty(line: string): boolean {
  return line.startsWith("node_modules/") && !line.startsWith("node_modules/together-retrieval/");
}
