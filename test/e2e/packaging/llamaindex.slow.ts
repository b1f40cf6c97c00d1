import { describe, expect, it } from "vitest";
import { blocksOf } from "../../integration/docs/blocks.js";
import oldest from "../peers/package.json" with { type: "json" };
import { pinned, projectWith, tarball } from "./packed.js";
import { inProject } from "./project.js";
import { documentedStdout, readmeBlock, runBlock } from "./readme.js";

const LLAMAINDEX = pinned("llamaindex");
const OLDEST = `llamaindex@${oldest.dependencies["llamaindex"]}`;

describe("packed tarball in a LlamaIndex project", () => {
  it.each([
    [LLAMAINDEX, [pinned("@types/node"), LLAMAINDEX]],
    [OLDEST, [OLDEST]],
  ])("runs README's LlamaIndex block unchanged, with %s", async (_, packages) => {
    const block = readmeBlock("/llamaindex");
    const { stdout } = await runBlock(await projectWith(...packages), block);
    expect(stdout).toBe(documentedStdout(block));
  });

  it("runs the query engine of docs/integrations/llamaindex.md unchanged", async () => {
    const project = await projectWith(pinned("@types/node"), LLAMAINDEX);
    const [block] = blocksOf("docs/integrations/llamaindex.md");
    expect(await runBlock(project, block!)).toEqual({ stdout: documentedStdout(block!), stderr: "" });
  });

  it("ranks nodes of another copy of LlamaIndex's core, and keeps their class", () =>
    inProject(async (project) => {
      await project.install("--ignore-scripts", tarball, LLAMAINDEX, "@llamaindex/core@0.6.21");
      await project.write("copies.js", COPIES);
      const { stdout, stderr } = await project.run("node", ["copies.js"]);
      const found = "Plants turn light into sugar.";
      expect({ stdout, stderr }).toEqual({ stdout: `true true ${found} ${found}\n`, stderr: "" });
    }));
});

const COPIES = `
import { Document, Settings, TextNode as First, VectorStoreIndex } from "llamaindex";
import { TextNode as Second } from "@llamaindex/core/schema";
import { TogetherEmbeddings, TogetherReranker } from "together-retrieval/llamaindex";
import { createEmulator } from "together-retrieval/emulator";
const shared = { apiKey: "any", fetch: createEmulator().fetch };
const texts = ["Rust eats iron.", "Plants turn light into sugar."];
const question = "What do plants make from light?";

const reranker = new TogetherReranker({ ...shared, model: "Salesforce/Llama-Rank-V1" });
const [best] = await reranker.postprocessNodes(texts.map((text) => ({ node: new Second({ text }) })), question);
Settings.embedModel = new TogetherEmbeddings({ ...shared, model: "thenlper/gte-large" });
const index = await VectorStoreIndex.fromDocuments(texts.map((text) => new Document({ text })));
const [found] = await index.asRetriever({ similarityTopK: 1 }).retrieve({ query: question });
console.log(First !== Second, best.node instanceof Second, best.node.text, found.node.text);
`;
