import { join } from "node:path";
import { describe, expect, it } from "vitest";
import oldest from "../peers/package.json" with { type: "json" };
import { pinned, projectWith, tarball } from "./packed.js";
import { inProject, ROOT } from "./project.js";
import { documentedStdout, readmeBlock, runBlock } from "./readme.js";

describe("user's project", () => {
  it("runs README's first block unchanged with the oldest LangChain", () =>
    inProject(async (project) => {
      const core = oldest.dependencies["@langchain/core"];
      // The oldest classic package, because it does not require a newer core.
      await project.install(tarball, `@langchain/core@${core}`, "@langchain/classic@1.0.0");
      const block = readmeBlock("/langchain");
      expect(await runBlock(project, block)).toEqual({ stdout: documentedStdout(block), stderr: "" });
    }));

  it("runs README's AI SDK block unchanged with the AI SDK, and needs no other package", () =>
    inProject(async (project) => {
      await project.install(tarball, pinned("ai"));
      const block = readmeBlock("/ai-sdk");
      expect(await runBlock(project, block)).toEqual({ stdout: documentedStdout(block), stderr: "" });
    }));

  it.each([
    ["npm", "npm", ["install", "--engine-strict", "--strict-peer-deps"]],
    [
      "pnpm",
      join(ROOT, "test/e2e/packaging/node_modules/.bin/pnpm"),
      ["add", "--config.engine-strict=true", "--config.strict-peer-dependencies=true"],
    ],
  ])("installs by %s and runs, strict about engines and peers", (_, manager, options) =>
    inProject(async (project) => {
      await project.run(manager, [...options, tarball, pinned("@langchain/core")]);
      await project.write("strict.js", STRICT);
      expect(await project.run("node", ["strict.js"])).toEqual({ stdout: "2\n", stderr: "" });
    }),
  );
});

describe("two copies of LangChain's core in one process", () => {
  it("ranks documents of one copy with a reranker of the other, and keeps their class", () =>
    inProject(async (project) => {
      const core = pinned("@langchain/core");
      await project.install(tarball, core, `second-core@npm:${core}`);
      await project.write("copies.js", COPIES);
      const { stdout, stderr } = await project.run("node", ["copies.js"]);
      expect({ stdout, stderr }).toEqual({ stdout: "true true Plants turn light into sugar.\n", stderr: "" });
    }));
});

describe("ESM and CommonJS builds in one process", () => {
  it("shares one rate limiter, and recognizes the other build's errors", async () => {
    const project = await projectWith();
    await project.write("twins.mjs", TWINS);
    const { stdout } = await project.run("node", ["twins.mjs"]);
    expect(JSON.parse(stdout)).toEqual({
      twoClasses: true,
      mostAtOnce: 4,
      requests: 40,
      codes: [true, true],
    });
  });
});

const STRICT = `
import { TogetherEmbeddings } from "together-retrieval/langchain";
import { createEmulator } from "together-retrieval/emulator";
const { fetch } = createEmulator();
const embeddings = new TogetherEmbeddings({ model: "thenlper/gte-large", apiKey: "any", fetch });
console.log((await embeddings.embedDocuments(["one", "two"])).length);
`;

const COPIES = `
import { Document as First } from "@langchain/core/documents";
import { Document as Second } from "second-core/documents";
import { TogetherReranker } from "together-retrieval/langchain";
import { createEmulator } from "together-retrieval/emulator";
const { fetch } = createEmulator();
const reranker = new TogetherReranker({ model: "Salesforce/Llama-Rank-V1", apiKey: "any", fetch });
const documents = ["Rust eats iron.", "Plants turn light into sugar."].map((pageContent) => new Second({ pageContent }));
const [best] = await reranker.compressDocuments(documents, "What do plants make from light?");
console.log(First !== Second, best instanceof Second, best.pageContent);
`;

/** Each build sends 20 requests with `maxConcurrency: 4`. If both share a rate limiter, four are in flight in total. */
const TWINS = `
import { createRequire } from "node:module";
import * as esm from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
const cjs = createRequire(import.meta.url)("together-retrieval");

let atOnce = 0;
let mostAtOnce = 0;
const emulator = createEmulator({ latency: 5 });
const fetch = async (...request) => {
  mostAtOnce = Math.max(mostAtOnce, ++atOnce);
  try {
    return await emulator.fetch(...request);
  } finally {
    atOnce--;
  }
};
const options = { model: "thenlper/gte-large", apiKey: "any", fetch, batchSize: 1, maxConcurrency: 4 };
const texts = (name) => Array.from({ length: 20 }, (_, place) => name + " " + place);
const embedders = [new esm.Embedder(options), new cjs.Embedder(options)];
await Promise.all([embedders[0].embed(texts("esm")), embedders[1].embed(texts("cjs"))]);

const errors = await Promise.all(embedders.map((embedder) => embedder.embed([""]).catch((error) => error)));
console.log(JSON.stringify({
  twoClasses: esm.Embedder !== cjs.Embedder,
  mostAtOnce,
  requests: emulator.requests.length,
  codes: [esm.isTogetherError(errors[1]), cjs.isTogetherError(errors[0])],
}));
`;
