/** The types that users see, in etc/ and in dist/, have no internal members, arguments or types. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { entries, surface } from "../../support/entries.js";
import { ROOT } from "./project.js";

/** Types that are not exported, but that exported types extend. */
const BASES = ["Common"];

/** Users receive a `TogetherError` and do not create one, except in their own tests. */
const CONSTRUCTORS_WITH_MORE = ["TogetherError"];

const files = [
  ...filesIn("dist", /\.d\.c?ts$/).map((path) => ({ path, text: read(path) })),
  ...filesIn("etc", /\.api\.md$/).map((path) => ({ path, text: codeIn(read(path)) })),
].map(({ path, text }) => ({
  path,
  text,
  tree: ts.createSourceFile("file.ts", text, ts.ScriptTarget.Latest),
}));

describe("published types", () => {
  it("reads the declarations of both builds, and the reports", () => {
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(["dist/index.d.ts", "dist/index.d.cts", "etc/index.api.md"]),
    );
    expect(files.flatMap(({ tree }) => declared(tree))).toEqual(
      expect.arrayContaining([
        "Embedder",
        "Reranker",
        "TogetherEmbeddings",
        "RerankingRetriever",
        "Emulator",
      ]),
    );
  });

  it("has no internal member", () => {
    expect(files.filter(({ text }) => text.includes("@internal")).map(({ path }) => path)).toEqual([]);
  });

  it("has constructors with one parameter", () => {
    const more = files.flatMap(({ path, tree }) =>
      tree.statements
        .filter(ts.isClassDeclaration)
        .filter(({ name }) => !CONSTRUCTORS_WITH_MORE.includes(name?.text ?? ""))
        .filter(({ members }) =>
          members.some((one) => ts.isConstructorDeclaration(one) && one.parameters.length > 1),
        )
        .map(({ name }) => `${path}: ${name?.text}`),
    );
    expect(more).toEqual([]);
  });

  it("declares only what an entry exports", () => {
    const exported = entries.flatMap(surface).map((name) => name.replace("type ", ""));
    const internal = files.flatMap(({ path, tree }) =>
      declared(tree)
        .filter((name) => ![...exported, ...BASES].includes(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(internal).toEqual([]);
  });
});

/**
 * Returns the names that a file declares, without those of other packages. The AI SDK's types are bundled, because an
 * optional peer breaks strict installs.
 */
function declared(tree: ts.SourceFile): string[] {
  const foreign = [...tree.text.matchAll(/^\/\/#region node_modules\/.*?^\/\/#endregion/gms)];
  const isForeign = (place: number): boolean =>
    foreign.some(({ index, 0: { length } }) => index <= place && place < index + length);
  return tree.statements.flatMap((node) => {
    if (isForeign(node.getStart(tree))) return [];
    if (ts.isVariableStatement(node)) {
      return node.declarationList.declarations.map(({ name }) => name.getText(tree));
    }
    const isNamed =
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isEnumDeclaration(node);
    return isNamed ? (node.name?.text ?? []) : [];
  });
}

/** Returns the code of an API Extractor report. */
function codeIn(page: string): string {
  return /```ts\r?\n(.*?)```/s.exec(page)?.[1] ?? "";
}

function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => ending.test(name))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`);
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}
