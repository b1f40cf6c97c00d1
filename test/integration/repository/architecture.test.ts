import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import {
  mutatingQueries,
  propertyNames,
  saysAny,
  sources,
  typeNames,
  type Import,
  type Source,
} from "../../support/source.js";

/** Folders of core on which `embed` and `rerank` build. */
const CORE_BELOW = ["request", "rate-limit", "errors", "options"].map((folder) => `src/core/${folder}`);
const CORE = [...CORE_BELOW, "src/core/embed", "src/core/rerank"];

/** Files of the core that also read the options of the emulator: one reader for all options of users. */
const OPTION_READER = ["option-reader", "option-types", "nested-options", "nearest-name"].map(
  (name) => `src/core/options/${name}.ts`,
);

/** The allowed imports of each part: other parts, and packages at run time. A new folder needs a line here. */
const PARTS: Record<string, { parts: string[]; packages: RegExp }> = {
  "src/index.ts": { parts: ["src/core", ...CORE], packages: /^$/ },
  // The files directly in src/core.
  "src/core": { parts: ["src/core", "src/core/errors"], packages: /^$/ },
  "src/core/errors": {
    parts: ["src/core/errors", "src/core/options/nearest-model.ts", "src/core"],
    packages: /^$/,
  },
  "src/core/options": { parts: ["src/core/options", "src/core/errors", "src/core"], packages: /^$/ },
  "src/core/rate-limit": {
    parts: ["src/core/rate-limit", "src/core/options", "src/core", "package.json"],
    packages: /^$/,
  },
  "src/core/request": {
    parts: ["src/core/request", "src/core/rate-limit", "src/core/errors", "src/core/options", "src/core"],
    packages: /^together-ai$/,
  },
  "src/core/embed": { parts: ["src/core/embed", ...CORE_BELOW, "src/core"], packages: /^$/ },
  "src/core/rerank": { parts: ["src/core/rerank", ...CORE_BELOW, "src/core"], packages: /^$/ },
  "src/langchain": { parts: ["src/langchain", "src/core", ...CORE], packages: /^@langchain\/core\// },
  "src/llamaindex": { parts: ["src/llamaindex", "src/core", ...CORE], packages: /^llamaindex$/ },
  "src/ai-sdk": { parts: ["src/ai-sdk", "src/core", ...CORE], packages: /^$/ },
  "src/emulator": { parts: ["src/emulator", ...OPTION_READER], packages: /^$/ },
  "src/probe": { parts: ["src/probe", "src/core", ...CORE], packages: /^$/ },
  "src/cli": {
    parts: ["src/cli", "src/probe", "src/emulator", "src/core", ...CORE, "package.json"],
    packages: /^node:/,
  },
  "src/cli.ts": { parts: ["src/cli", "package.json"], packages: /^$/ },
  "src/browser": { parts: [], packages: /^together-ai$/ },
};

/** Type names that every adapter declares. */
const OF_EVERY_ADAPTER = /^Together(Embeddings|Reranker)(Params)?$/;

const all = sources();

function partOf(path: string): string {
  const [source, part, folder, file] = path.split("/");
  if (Object.hasOwn(PARTS, path)) return path;
  return [source, part, ...(part === "core" && file !== undefined ? [folder] : [])].join("/");
}

function isRelative({ from }: Import): boolean {
  return from.startsWith(".");
}

/** Returns the file of a relative import. */
function targetOf(source: Source, { from }: Import): string {
  return posix.join(posix.dirname(source.path), from).replace(/\.js$/, ".ts");
}

/** Returns `file → import` for each import that `fits` accepts. */
function imports(files: readonly Source[], fits: (one: Import, file: Source) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports.filter((one) => fits(one, file)).map(({ from, kind }) => `${file.path} → ${from} (${kind})`),
  );
}

/** Returns each cycle of imports once, as a list of its files. */
function cycles(targets: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) return void found.add([...trail.slice(start), path].join(" → "));
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return [...found];
}

function within(part: string): Source[] {
  return all.filter(({ path }) => partOf(path) === part);
}

describe("architecture", () => {
  it("has a part for every file", () => {
    const parts = new Set(all.map(({ path }) => partOf(path)));
    expect([...parts].toSorted()).toEqual(Object.keys(PARTS).toSorted());
  });

  it.each(Object.entries(PARTS))("imports in %s only what it may", (part, { parts, packages }) => {
    const forbidden = imports(within(part), (one, file) => {
      if (!isRelative(one)) return one.kind !== "types" && !packages.test(one.from);
      const target = targetOf(file, one);
      return !parts.includes(partOf(target)) && !parts.includes(target);
    });
    const known = ["src/emulator/server/server.ts → (computed) (dynamic)"];
    expect(forbidden.filter((line) => !known.includes(line))).toEqual([]);
  });

  it("gives the emulator nothing of the core but the reader of options and what that imports", () => {
    const reached = new Set<string>();
    const visit = (file: Source): void => {
      if (reached.has(file.path)) return;
      reached.add(file.path);
      const targets = file.imports.filter(isRelative).map((one) => targetOf(file, one));
      for (const next of all.filter(({ path }) => targets.includes(path))) visit(next);
    };
    for (const file of within("src/emulator")) visit(file);
    const foreign = [...reached].filter((path) => !path.startsWith("src/emulator/")).toSorted();
    expect(foreign).toEqual([
      "src/core/errors/redact.ts",
      "src/core/errors/together-error.ts",
      "src/core/options/environment.ts",
      "src/core/options/nearest-name.ts",
      "src/core/options/nested-options.ts",
      "src/core/options/option-habits.ts",
      "src/core/options/option-reader.ts",
      "src/core/options/option-types.ts",
      "src/core/validate-texts.ts",
    ]);
  });

  it("keeps core free of frameworks and Node modules, type imports included", () => {
    const foreign = imports(
      [...CORE, "src/core", "src/index.ts"].flatMap(within),
      (one) => !isRelative(one) && one.from !== "together-ai",
    );
    expect(foreign).toEqual([]);
  });

  it("keeps each adapter to its own framework, type imports included", () => {
    const own = {
      "src/langchain": /^@langchain\/core\//,
      "src/ai-sdk": /^@ai-sdk\/provider$/,
      "src/llamaindex": /^llamaindex$/,
    };
    for (const [part, framework] of Object.entries(own)) {
      expect(imports(within(part), (one) => !isRelative(one) && !framework.test(one.from))).toEqual([]);
    }
  });

  it("uses the SDK in one file", () => {
    const atRunTime = imports(
      [...CORE, "src/core", "src/langchain", "src/llamaindex"].flatMap(within),
      (one) => one.from === "together-ai" && one.kind !== "types",
    );
    expect(atRunTime).toEqual(["src/core/request/together-client.ts → together-ai (static)"]);
  });

  it("loads LangChain's two base classes at run time, and tracing only when it is used", () => {
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

  it("uses Together's snake_case in one file of the core, and in no adapter", () => {
    const wire = all.find(({ path }) => path === "src/core/request/wire.ts") as Source;
    const words = new Set(propertyNames(wire).filter((name) => name.includes("_")));
    expect(words).toContain("encoding_format");
    const parts = [...CORE, "src/core", "src/langchain", "src/llamaindex", "src/index.ts"].flatMap(within);
    const users = parts.filter(
      (file) => file !== wire && propertyNames(file).some((name) => words.has(name)),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });

  it("has no `any`", () => {
    expect(all.filter(saysAny).map(({ path }) => path)).toEqual([]);
  });

  it("keeps core to ten files and six folders", () => {
    expect(within("src/core").length).toBeLessThanOrEqual(10);
    expect(CORE.length).toBe(6);
  });

  it("has no import cycles, type imports included", () => {
    const targets = new Map(
      all.map((file) => [file.path, file.imports.filter(isRelative).map((one) => targetOf(file, one))]),
    );
    expect(cycles(targets)).toEqual([]);
  });

  it("declares each type name once, except for the classes and options that every adapter has", () => {
    const files = new Map<string, Set<string>>();
    for (const file of all) {
      for (const name of typeNames(file)) files.set(name, (files.get(name) ?? new Set()).add(file.path));
    }
    const twice = [...files].filter(([name, paths]) => paths.size > 1 && !OF_EVERY_ADAPTER.test(name));
    expect(twice.map(([name, paths]) => `${name}: ${[...paths].join(", ")}`)).toEqual([]);
  });

  it("changes no state in getters and in functions named is…, has… or next…", () => {
    expect(all.flatMap((file) => mutatingQueries(file).map((name) => `${file.path}: ${name}`))).toEqual([]);
  });

  it("has files of at most 250 lines", () => {
    const longer: Record<string, number> = {
      "src/core/embed/embed-engine.ts": 285,
      "src/core/rate-limit/pacer.ts": 260,
      "src/core/rate-limit/rate-limiter.ts": 310,
      "src/core/request/api.ts": 295,
    };
    const tooLong = all.filter(({ path, lines }) => lines > (longer[path] ?? 250));
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
  });
});
