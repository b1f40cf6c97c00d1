/** A user has not installed the framework of an entry, or one that is too old. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { pack, Project } from "./project.js";

const ENTRIES = [
  ["langchain", "@langchain/core"],
  ["langchain/retriever", "@langchain/core"],
  ["llamaindex", "llamaindex"],
] as const;

let project: Project;
let tarball: string;

beforeAll(async () => {
  project = await Project.create();
  tarball = await pack(project.folder);
  await project.install(tarball);
});

afterAll(() => project.remove());

describe.each(ENTRIES)("together-retrieval/%s without %s", (entry, framework) => {
  it("says in ES modules what to install, by the name of the file that wants it", async () => {
    await project.write("wanting.mjs", `import "together-retrieval/${entry}";`);
    await expect(project.run("node", ["wanting.mjs"])).rejects.toThrow(
      new RegExp(
        `Cannot find package '${framework}' imported from .*/please-run-npm-install/${framework}\\.js`,
      ),
    );
  });

  it("says in CommonJS what to install", async () => {
    await project.write("wanting.cjs", `require("together-retrieval/${entry}");`);
    await expect(project.run("node", ["wanting.cjs"])).rejects.toThrow(
      `Cannot load this part of together-retrieval: ${framework} is not installed; run npm install ${framework}`,
    );
  });

  it("keeps the code by which programs know a missing module", async () => {
    await project.write(
      "asking.mjs",
      `import { createRequire } from "node:module";
       const codes = [];
       await import("together-retrieval/${entry}").catch(({ code }) => codes.push(code));
       try { createRequire(import.meta.url)("together-retrieval/${entry}") } catch ({ code }) { codes.push(code) }
       console.log(codes.join());`,
    );
    expect((await project.run("node", ["asking.mjs"])).stdout).toBe(
      "ERR_MODULE_NOT_FOUND,MODULE_NOT_FOUND\n",
    );
  });
});

it("the entries without a framework need none", async () => {
  await project.write(
    "content.mjs",
    `import { createRequire } from "node:module";
     for (const entry of ["together-retrieval", "together-retrieval/emulator"]) {
       await import(entry);
       createRequire(import.meta.url)(entry);
     }`,
  );
  expect(await project.run("node", ["content.mjs"])).toEqual({ stdout: "", stderr: "" });
});

it.each([
  ["@langchain/core", "0.3.80"],
  ["llamaindex", "0.10.6"],
] as const)("npm refuses %s %s beside it, and names the range", async (framework, version) => {
  const other = await Project.create();
  const installing = other.install("--ignore-scripts", tarball, `${framework}@${version}`);
  const range = packageJson.peerDependencies[framework];
  await expect(installing).rejects.toThrow(`peerOptional ${framework}@"${range}" from together-retrieval@`);
  await other.remove();
});

it("a framework that is there is the same in both module systems: its classes are ours", async () => {
  const other = await Project.create();
  const { devDependencies } = packageJson;
  await other.install(
    "--ignore-scripts",
    tarball,
    ...(["@langchain/core", "llamaindex"] as const).map((name) => `${name}@${devDependencies[name]}`),
  );
  const body = `
    const options = { model: "m", apiKey: "any" };
    console.log([
      new langchain.TogetherEmbeddings(options) instanceof Embeddings,
      new langchain.TogetherReranker(options) instanceof BaseDocumentCompressor,
      new llamaindex.TogetherEmbeddings(options) instanceof BaseEmbedding,
    ].join());`;
  const packages = [
    ["* as langchain", "langchain", "together-retrieval/langchain"],
    ["* as llamaindex", "llamaindex", "together-retrieval/llamaindex"],
    ["{ Embeddings }", "{ Embeddings }", "@langchain/core/embeddings"],
    [
      "{ BaseDocumentCompressor }",
      "{ BaseDocumentCompressor }",
      "@langchain/core/retrievers/document_compressors",
    ],
    ["{ BaseEmbedding }", "{ BaseEmbedding }", "llamaindex"],
  ] as const;
  await other.write(
    "esm.mjs",
    packages.map(([esm, , id]) => `import ${esm} from "${id}";\n`).join("") + body,
  );
  await other.write(
    "cjs.cjs",
    packages.map(([, cjs, id]) => `const ${cjs} = require("${id}");\n`).join("") + body,
  );
  for (const file of ["esm.mjs", "cjs.cjs"]) {
    expect((await other.run("node", [file])).stdout).toBe("true,true,true\n");
  }
  await other.remove();
});
