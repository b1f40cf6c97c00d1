import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { propertyNames, saysAny, sources, type Import, type Source } from "./support/source.js";

/** What the files of a part may import: other parts, and packages at run time. A new part needs a line here. */
const PARTS: Record<string, { parts: string[]; packages: RegExp }> = {
  "src/index.ts": { parts: ["src/core"], packages: /^$/ },
  "src/core": { parts: ["src/core"], packages: /^together-ai$/ },
  "src/langchain": { parts: ["src/langchain", "src/core"], packages: /^@langchain\/core\// },
  "src/llamaindex": { parts: ["src/llamaindex", "src/core"], packages: /^llamaindex$/ },
  "src/emulator": { parts: ["src/emulator"], packages: /^$/ },
  "src/probe": { parts: ["src/probe", "src/core"], packages: /^$/ },
  "src/cli": {
    parts: ["src/cli", "src/probe", "src/emulator", "src/core", "package.json"],
    packages: /^node:/,
  },
  "src/cli.ts": { parts: ["src/cli", "package.json"], packages: /^$/ },
  "src/browser": { parts: [], packages: /^together-ai$/ },
};

const all = sources();

function partOf(path: string): string {
  return Object.hasOwn(PARTS, path) ? path : path.split("/").slice(0, 2).join("/");
}

function isRelative({ from }: Import): boolean {
  return from.startsWith(".");
}

/** The file that a relative import means. */
function targetOf(source: Source, { from }: Import): string {
  return posix.join(posix.dirname(source.path), from).replace(/\.js$/, ".ts");
}

/** `file → import`, for each import of each file that fits. */
function imports(files: readonly Source[], fits: (one: Import, file: Source) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((one) => fits(one, file)).map(({ from, kind }) => `${file.path} → ${from} (${kind})`),
  );
}

function within(part: string): Source[] {
  return all.filter(({ path }) => partOf(path) === part);
}

describe("the house", () => {
  it("has a place for every file", () => {
    const parts = new Set(all.map(({ path }) => partOf(path)));
    expect([...parts].toSorted()).toEqual(Object.keys(PARTS).toSorted());
  });

  it.each(Object.entries(PARTS))("%s imports only what it may", (part, { parts, packages }) => {
    const strangers = imports(within(part), (one, file) => {
      if (!isRelative(one)) return one.kind !== "types" && !packages.test(one.from);
      const target = targetOf(file, one);
      const allowed = parts.includes(partOf(target)) || parts.includes(target);
      return (
        !allowed &&
        !(one.kind === "types" && part === "src/emulator" && target === "src/core/request/wire.ts")
      );
    });
    const known = ["src/emulator/server.ts → (computed) (dynamic)"];
    expect(strangers.filter((line) => !known.includes(line))).toEqual([]);
  });

  it("keeps the core free of frameworks and of Node's modules, in types as well", () => {
    const foreign = imports(
      [...within("src/core"), ...within("src/index.ts")],
      (one) => !isRelative(one) && one.from !== "together-ai",
    );
    expect(foreign).toEqual([]);
  });

  it("keeps each adapter to its own framework, in types as well", () => {
    const own = { "src/langchain": /^@langchain\/core\//, "src/llamaindex": /^llamaindex$/ };
    for (const [part, framework] of Object.entries(own)) {
      expect(imports(within(part), (one) => !isRelative(one) && !framework.test(one.from))).toEqual([]);
    }
  });

  it("talks to the SDK in one file", () => {
    const atRunTime = imports(
      [...within("src/core"), ...within("src/langchain"), ...within("src/llamaindex")],
      (one) => one.from === "together-ai" && one.kind !== "types",
    );
    expect(atRunTime).toEqual(["src/core/request/together-client.ts → together-ai (static)"]);
  });

  it("loads of LangChain's core at run time what its two base classes need, and the rest only when asked to trace", () => {
    const entry = within("src/langchain").filter(({ path }) => path !== "src/langchain/retriever.ts");
    expect(imports(entry, (one) => !isRelative(one) && one.kind !== "types")).toEqual([
      "src/langchain/embeddings.ts → @langchain/core/embeddings (static)",
      "src/langchain/reranker.ts → @langchain/core/retrievers/document_compressors (static)",
      "src/langchain/trace.ts → @langchain/core/callbacks/manager (dynamic)",
    ]);
    expect(imports(entry, (one) => one.from.endsWith("retriever.js"))).toEqual([]);
  });

  it("reads the environment in one file", () => {
    const readers = all.filter((file) => propertyNames(file).includes("env"));
    expect(readers.map(({ path }) => path)).toEqual(["src/core/options/environment.ts"]);
  });

  it("speaks Together's snake_case in one file of the core, and in no adapter", () => {
    const wire = all.find(({ path }) => path === "src/core/request/wire.ts") as Source;
    const words = new Set(propertyNames(wire).filter((name) => name.includes("_")));
    expect(words).toContain("encoding_format");
    const parts = ["src/core", "src/langchain", "src/llamaindex", "src/index.ts"].flatMap(within);
    const speakers = parts.filter(
      (file) => file !== wire && propertyNames(file).some((name) => words.has(name)),
    );
    expect(speakers.map(({ path }) => path)).toEqual([]);
  });

  it("has no `any`", () => {
    expect(all.filter(saysAny).map(({ path }) => path)).toEqual([]);
  });

  it("has files that one can read in one go", () => {
    const longer: Record<string, number> = {
      "src/core/embed/embedder.ts": 300,
    };
    const tooLong = all.filter(({ path, lines }) => lines > (longer[path] ?? 250));
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });
});
