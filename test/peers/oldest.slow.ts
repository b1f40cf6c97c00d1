import { expect, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import * as langchain from "../../src/langchain/index.js";
import * as llamaindex from "../../src/llamaindex/index.js";
import oldest from "./package.json" with { type: "json" };

const ranges = packageJson.peerDependencies;

/** What a class extends, by the file that Node finds in this folder. */
async function own(file: string, name: string): Promise<unknown> {
  const url = new URL(`./node_modules/${file}`, import.meta.url).href;
  return ((await import(url)) as Record<string, unknown>)[name];
}

it("has the lowest version of each peer range", () => {
  expect(ranges["@langchain/core"]).toBe(`^${oldest.dependencies["@langchain/core"]}`);
  expect(oldest.dependencies.llamaindex).toBe(`${/^>=(\S+)/.exec(ranges.llamaindex)?.[1]}.0`);
});

it("has the specification run on them, and not on the newest", async () => {
  const bases = [langchain, llamaindex].map(({ TogetherEmbeddings }) =>
    Object.getPrototypeOf(TogetherEmbeddings),
  );
  expect(bases).toEqual([
    await own("@langchain/core/dist/embeddings.js", "Embeddings"),
    await own("llamaindex/dist/index.js", "BaseEmbedding"),
  ]);
});
