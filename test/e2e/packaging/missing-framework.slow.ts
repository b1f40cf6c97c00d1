/** Projects without the framework of an entry, or with a version that is too old. */
import { beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { projectWith, projectWithFrameworks, tarball } from "./packed.js";
import { inProject, type Project } from "./project.js";

const ranges: Readonly<Record<string, string>> = packageJson.peerDependencies;

const entries = [
  { entry: "langchain", framework: "@langchain/core" },
  { entry: "langchain/retriever", framework: "@langchain/core" },
  { entry: "llamaindex", framework: "llamaindex" },
].filter(({ framework }) => framework in ranges);

/** Versions outside of the peer ranges. */
const tooOld = [
  { framework: "@langchain/core", version: "0.3.80" },
  { framework: "llamaindex", version: "0.10.6" },
].filter(({ framework }) => framework in ranges);

/** Our classes, and the framework's classes that they must extend. */
const instances = [
  { ours: "langchain", name: "TogetherEmbeddings", base: "Embeddings", from: "@langchain/core/embeddings" },
  {
    ours: "langchain",
    name: "TogetherReranker",
    base: "BaseDocumentCompressor",
    from: "@langchain/core/retrievers/document_compressors",
  },
  { ours: "llamaindex", name: "TogetherEmbeddings", base: "BaseEmbedding", from: "llamaindex" },
].filter(({ ours }) => entries.some(({ entry }) => entry === ours));

let project: Project;

beforeAll(async () => {
  project = await projectWith();
});

describe.each(entries)("together-retrieval/$entry without $framework", ({ entry, framework }) => {
  it("names in ES modules the package to install, and the importing file", async () => {
    await project.write("missing.mjs", `import "together-retrieval/${entry}";`);
    await expect(project.run("node", ["missing.mjs"])).rejects.toThrow(
      new RegExp(
        `Cannot find package '${framework}' imported from .*/please-run-npm-install/${framework}\\.js`,
      ),
    );
  });

  it("names in CommonJS the package to install", async () => {
    await project.write("missing.cjs", `require("together-retrieval/${entry}");`);
    await expect(project.run("node", ["missing.cjs"])).rejects.toThrow(
      `Cannot load this part of together-retrieval: ${framework} is not installed; run npm install ${framework}`,
    );
  });

  it("keeps the error code of a missing module", async () => {
    await project.write(
      "codes.mjs",
      `import { createRequire } from "node:module";
       const codes = [];
       await import("together-retrieval/${entry}").catch(({ code }) => codes.push(code));
       try { createRequire(import.meta.url)("together-retrieval/${entry}") } catch ({ code }) { codes.push(code) }
       console.log(codes.join());`,
    );
    expect((await project.run("node", ["codes.mjs"])).stdout).toBe("ERR_MODULE_NOT_FOUND,MODULE_NOT_FOUND\n");
  });
});

it("loads the entries without a framework when none is installed", async () => {
  await project.write(
    "no-framework.mjs",
    `import { createRequire } from "node:module";
     for (const entry of ["together-retrieval", "together-retrieval/emulator"]) {
       await import(entry);
       createRequire(import.meta.url)(entry);
     }`,
  );
  expect(await project.run("node", ["no-framework.mjs"])).toEqual({ stdout: "", stderr: "" });
});

it.each(tooOld)("rejects $framework $version at npm install, and names the range", ({ framework, version }) =>
  inProject(async (other) => {
    const installing = other.install("--ignore-scripts", tarball, `${framework}@${version}`);
    await expect(installing).rejects.toThrow(
      `peerOptional ${framework}@"${ranges[framework]}" from together-retrieval@`,
    );
  }),
);

it("exports classes that extend the installed framework's, in both module systems", async () => {
  const other = await projectWithFrameworks();
  const lines = instances.map(
    ({ ours, name, base, from }) => `{
      const { ${name} } = await load("together-retrieval/${ours}");
      const { ${base} } = await load("${from}");
      console.log(new ${name}({ model: "m", apiKey: "any" }) instanceof ${base});
    }`,
  );
  const body = lines.join("\n");
  await other.write("esm.mjs", `const load = (id) => import(id);\n${body}`);
  await other.write("cjs.cjs", `const load = require;\n(async () => {\n${body}\n})();`);
  for (const file of ["esm.mjs", "cjs.cjs"]) {
    expect((await other.run("node", [file])).stdout).toBe("true\n".repeat(instances.length));
  }
});
