import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/cli/command.js";
import { emulatorCommand } from "../../../src/cli/emulator.js";
import { embedCommand } from "../../../src/cli/embed.js";
import { modelsCommand } from "../../../src/cli/models.js";
import { probeCommand } from "../../../src/cli/probe.js";
import { embedderOptions } from "../../../src/core/options/embedder-options.js";
import type { AnyTable } from "../../../src/core/options/option-types.js";
import { rerankerOptions } from "../../../src/core/options/reranker-options.js";
import { resolveEmbedder, resolveReranker } from "../../../src/core/options/resolve-options.js";
import { createEmulator } from "../../../src/emulator/index.js";
import { resolveSettings } from "../../../src/emulator/settings.js";
import { Embedder, Reranker } from "../../../src/index.js";
import { literalIn, optionRows, rangeIn, type Literal, type OptionRow, type Range } from "./claims.js";
import { described, entryFiles, optionsOf, type Described } from "./exports.js";

const all = described();

/** Files whose optional fields are results. All other optional fields are options. */
const RESULTS = ["src/core/errors/together-error.ts", "src/core/models.ts", "src/emulator/request-log.ts"];
const options = all.filter(
  ({ kind, optional, file }) => kind === "member" && optional && !RESULTS.includes(file),
);

/** The interfaces that the tables of options document. */
const [EMBEDDER, RERANKER] = ["EmbedderOptions", "TogetherRerankerParams"];
const INTERFACES = [EMBEDDER, RERANKER, "CallOptions", "RerankOptions"];
const [EMULATOR, LIMITS] = ["EmulatorOptions", "RateLimitOptions"];

/** The page with all options of embeddings and rerankers. */
const CONFIGURATION = "docs/reference/configuration.md";

/** Types by the names that the page uses for them. */
const TYPES: Readonly<Record<string, string>> = {
  EmbeddingModelId: "string",
  "MetadataMode | `${MetadataMode}`": "MetadataMode",
};

const REQUIRED = { model: "me/any-model", apiKey: "any" };

/** Creates an object with options, by the interface that declares them. */
const CREATE: Record<string, (own: object) => unknown> = {
  SharedOptions: (own) => [new Embedder({ ...REQUIRED, ...own }), new Reranker({ ...REQUIRED, ...own })],
  EmbedderOptions: (own) => new Embedder({ ...REQUIRED, ...own }),
  RerankerOptions: (own) => new Reranker({ ...REQUIRED, ...own }),
  EmulatorOptions: (own) => createEmulator(own),
  RateLimitOptions: (own) => createEmulator({ limits: own }),
};

/** The resolved options of an object without options. */
const RESOLVED: Record<string, object> = {
  SharedOptions: resolveReranker(REQUIRED, "Reranker"),
  EmbedderOptions: resolveEmbedder(REQUIRED, "Embedder"),
  RerankerOptions: resolveReranker(REQUIRED, "Reranker"),
  EmulatorOptions: resolveSettings({}),
};

describe("documentation of exports", () => {
  it.each(["export", "member", "choice"] as const)("leaves out no %s", (kind) => {
    const undocumented = all.filter((one) => one.kind === kind && one.text === "");
    expect(undocumented.map(placed)).toEqual([]);
  });

  it("covers every place where users look, and no other", () => {
    const names = all.map(({ name }) => name);
    const samples = ["Embedder", "Embedder.embedStream", "SharedOptions.apiKey", 'FaultName "cut"'];
    expect(names).toEqual(expect.arrayContaining([...samples, "TogetherReranker.rerank", "Emulator.listen"]));
    expect(names.filter((name) => /#|embedAs|postRequest/.test(name))).toEqual([]);
  });

  it("has an example for each class", () => {
    const classes = all.filter(({ syntax }) => syntax === "ClassDeclaration");
    expect(classes.length).toBeGreaterThan(5);
    expect(classes.filter(({ tags }) => !tags.includes("example")).map(placed)).toEqual([]);
  });

  it("lists with @throws what each method and constructor throws", () => {
    const never = ["TogetherError.constructor", "RerankingRetriever.lc_name"];
    const undocumented = all
      .filter(({ syntax }) => syntax === "MethodDeclaration" || syntax === "Constructor")
      .filter(({ tags }) => !tags.includes("throws"));
    expect(undocumented.map(({ name }) => name)).toEqual(never);
  });

  it("describes the purpose of each entry", () => {
    const undocumented = entryFiles.filter(({ text }) => !/^\/\*\*[^/]+\n \* @module\n \*\//.test(text));
    expect(undocumented.map(({ fileName }) => fileName)).toEqual([]);
  });
});

describe("documentation of options", () => {
  it("has the default of each option", () => {
    expect(options.filter(({ defaultValue }) => !defaultValue).map(placed)).toEqual([]);
  });

  it("has the range of each number", () => {
    expect(options.filter(({ numeric, text }) => numeric && !rangeIn(text)).map(placed)).toEqual([]);
  });

  it.each(options.flatMap(ranged))(
    "has the range that the code checks: $name is $range",
    ({ create, fits, unfit }) => {
      for (const value of fits) expect(() => create(value), `${value}`).not.toThrow();
      for (const value of unfit) expect(() => create(value), `${value}`).toThrow(/Cannot create/);
    },
  );

  it.each(options.flatMap(defaulted))(
    "has the default that the code uses: $name is $value",
    ({ value, resolved }) => {
      expect(resolved).toBe(value);
    },
  );

  it("names the environment variables of the table, in their order", () => {
    const tables: AnyTable[] = [embedderOptions, rerankerOptions];
    const variables = tables
      .flatMap(Object.entries)
      .map(([name, { environment = [] }]) => [name, environment]);
    const named = options.map(({ name, defaultValue }) => [
      name.split(".")[1],
      defaultValue?.match(/\bTOGETHER_\w+/g) ?? [],
    ]);
    expect(named).toEqual(expect.arrayContaining(variables.filter(([name]) => name !== "model")));
  });

  it.each(["EmbedderOptions", "RerankerOptions"])(
    "has all options that the code accepts, and no more: %s",
    (name) => {
      expect(optionsOf(name)).toEqual(acceptedBy(CREATE[name]));
    },
  );
});

describe("option tables of README and docs", () => {
  const rows = optionRows();
  const listedOn = (where: string): Set<string> =>
    new Set(rows.filter(({ page }) => page === where).map(({ option }) => option));

  it.each([
    [CONFIGURATION, "embeddings, rerankers and calls", () => INTERFACES.flatMap(optionsOf)],
    ["docs/guides/testing.md", "the emulator and its limits", () => [EMULATOR, LIMITS].flatMap(optionsOf)],
    ["docs/reference/endpoint-check.md", "the probe", () => flagsOf(probeCommand)],
    ["docs/reference/embed-command.md", "the command embed", () => flagsOf(embedCommand)],
    ["docs/reference/command-line.md", "the command models", () => flagsOf(modelsCommand)],
  ])("lists in %s every option of %s, and no other", (page, _, accepted) => {
    expect(listedOn(page)).toEqual(new Set(accepted()));
  });

  it("lists only options that exist, on any page", () => {
    const named = options.map(({ name }) => name.split(".")[1]);
    const commands = [embedCommand, emulatorCommand, modelsCommand, probeCommand];
    const known = ["model", ...named, ...commands.flatMap(flagsOf)];
    expect(rows.filter(({ option }) => !known.includes(option))).toEqual([]);
  });

  it("repeat on the page about configuration what each doc comment says, in the same order", () => {
    const shown = rows.filter(({ page }) => page === CONFIGURATION);
    const documented = shown.map(({ option, type, range, defaultValue, meaning }) => ({
      option,
      type,
      range,
      defaultValue: defaultIn(defaultValue),
      sentence: sentenceIn(meaning),
    }));
    expect(documented).toEqual(documentedRows());
  });

  it("repeat in README rows of that page, without the links", () => {
    const shown = rows.filter(({ page }) => page === "README.md").map(withoutLinks);
    const whole = rows.filter(({ page }) => page === CONFIGURATION).map(withoutLinks);
    expect(shown.length).toBeGreaterThan(5);
    expect(whole).toEqual(expect.arrayContaining(shown));
  });

  it("give the defaults that the doc comments give", () => {
    const shown = rows.flatMap(({ option, defaultValue }) => {
      const literal = literalIn(defaultValue);
      const documented = options
        .filter(({ name }) => name.endsWith(`.${option}`))
        .map((one) => one.defaultValue);
      return literal === undefined || documented.length === 0
        ? []
        : { option, literal, documented: documented.map(literalIn) };
    });
    expect(shown.map(({ option }) => option)).toEqual(
      expect.arrayContaining(["timeout", "longText", "tooLargeStatus"]),
    );
    expect(shown.filter(({ literal, documented }) => !documented.includes(literal))).toEqual([]);
  });
});

/** Returns the expected rows of the page: options of all classes, of embedders, of rerankers, and of calls. */
function documentedRows(): unknown[] {
  const owners = [
    "EmbedderOptions.model",
    "EmbedderOptions.baseModel",
    "SharedOptions.",
    "EmbedderOptions.",
    "RerankerOptions.",
    `${RERANKER}.`,
    "CallOptions.",
    "RerankOptions.",
  ];
  const members = owners.flatMap((owner) => all.filter(({ name }) => name.startsWith(owner)));
  const once = members.filter(({ name }, place) => place < 2 || !/\.(?:model|baseModel)$/.test(name));
  return once
    .filter(({ kind }) => kind === "member")
    .map(({ name, defaultValue = "required", text, type, numeric }) => ({
      option: name.split(".")[1],
      type: TYPES[type] ?? type,
      range: (numeric && rangeIn(text)?.range.toLowerCase()) || "",
      defaultValue: defaultIn(defaultValue),
      sentence: sentenceIn(text),
    }));
}

/** Parses a default: a literal, otherwise its words without marks. */
function defaultIn(words: string): Literal {
  return literalIn(words) ?? withoutMarks(words);
}

/** Returns the first sentence of a doc comment or of a cell, without marks. */
function sentenceIn(text: string): string {
  return /^.*?\.(?=\s|$)/s.exec(withoutMarks(text))?.[0] ?? text;
}

/** Removes the page of a row, and the links in its meaning. */
function withoutLinks({ option, type, range, defaultValue, meaning }: OptionRow): object {
  return { option, type, range, defaultValue, meaning: withoutMarks(meaning) };
}

function withoutMarks(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll("`", "");
}

function placed({ file, name }: Described): string {
  return `${file}: ${name}`;
}

function flagsOf({ help }: Command): string[] {
  return help.match(/--(?!help)[\w-]+/g) ?? [];
}

function ranged(one: Described): (Range & { name: string; create: (value: number) => unknown })[] {
  const [owner = "", option = ""] = one.name.split(".");
  const [create, range] = [CREATE[owner], rangeIn(one.text)];
  if (!one.numeric || !create || !range) return [];
  return [{ ...range, name: one.name, create: (value) => create({ [option]: value }) }];
}

function defaulted({ name, defaultValue }: Described): { name: string; value: Literal; resolved: unknown }[] {
  const [owner = "", option = ""] = name.split(".");
  const value = literalIn(defaultValue);
  const resolved = Object.entries(RESOLVED[owner] ?? {}).find(([key]) => key === option);
  return value === undefined || !resolved ? [] : [{ name, value, resolved: resolved[1] }];
}

/** Returns the option names that a class accepts, from its error for an unknown option. */
function acceptedBy(create: ((own: object) => unknown) | undefined): string[] {
  try {
    create?.({ nothing: 1 });
    return [];
  } catch (error) {
    return (
      /it takes ([\w, ]+\w)/
        .exec((error as Error).message)?.[1]
        ?.split(", ")
        .toSorted() ?? []
    );
  }
}
