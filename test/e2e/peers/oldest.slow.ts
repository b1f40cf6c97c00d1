import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import oldest from "./package.json" with { type: "json" };

const ranges: Readonly<Record<string, string>> = packageJson.peerDependencies;
const installed: Readonly<Record<string, string>> = oldest.dependencies;

/** Per framework: our folder, and the framework's file with the base class of our embeddings. */
const frameworks = [
  { name: "@langchain/core", ours: "langchain", base: "Embeddings", file: "dist/embeddings.js" },
  { name: "llamaindex", ours: "llamaindex", base: "BaseEmbedding", file: "dist/index.js" },
].filter(({ name }) => name in ranges);

describe.each(frameworks)("oldest $name", ({ name, ours, base, file }) => {
  it("is the lowest version of the peer range", () => {
    const [, lowest] = /^(?:\^|>=)(\S+)/.exec(ranges[name] ?? "") ?? [];
    expect(`${installed[name]}.`).toMatch(new RegExp(`^${lowest?.replaceAll(".", String.raw`\.`)}\\.`));
  });

  it("runs in the specification, not the newest version", async () => {
    const { TogetherEmbeddings } = (await import(`../../../src/${ours}/index.ts`)) as Record<string, object>;
    const url = new URL(`./node_modules/${name}/${file}`, import.meta.url).href;
    const framework = (await import(url)) as Record<string, unknown>;
    expect(Object.getPrototypeOf(TogetherEmbeddings)).toBe(framework[base]);
  });
});
