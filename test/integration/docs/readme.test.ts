import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { embeddingModel } from "../../../src/index.js";
import { embeddingModels } from "../../../src/core/models.js";
import { errorCodes } from "../../support/error-codes.js";
import { ROOT } from "./blocks.js";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const models = readFileSync(join(ROOT, "docs/reference/models.md"), "utf8");

describe("README", () => {
  it("is short, and shows code before line 25", () => {
    const lines = readme.split("\n");
    expect(lines.length).toBeLessThan(250);
    expect(lines.findIndex((line) => line === "```ts")).toBeLessThan(24);
  });

  it("lists every event with its fields", () => {
    const source = readFileSync(join(ROOT, "src/core/events.ts"), "utf8");
    const events = [...source.matchAll(/^export interface \w+ extends Common \{\n(.*?)^\}/gms)].map(
      ([, body = ""]) => {
        const type = /readonly type: "([\w-]+)"/.exec(body)?.[1];
        return [type, ...[...body.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name).slice(1)];
      },
    );
    const listed = rows("Events").map(([type, , fields = ""]) => [type, ...words(fields)]);
    expect(listed).toEqual(events);
  });

  it("lists every code of an error", () => {
    expect(rows("Errors").map(([code]) => code)).toEqual(errorCodes);
  });

  it("has a page that lists every known embedding model with its dimensions, limit and last day", () => {
    const listed = rows("Embedding models", models).map(([id = "", dimensions, tokens, prefix, retired]) => ({
      id,
      dimensions: Number(dimensions),
      maxInputTokens: Number(tokens?.replaceAll(",", "")),
      queryPrefix: prefix === "" ? "" : prefix === "E5" ? "Instruct" : "Represent",
      ...(retired !== "not documented" && { retired }),
    }));
    const known = Object.keys(embeddingModels).map((id) => {
      const { queryPrefix = "", ...facts } = embeddingModel(id) ?? {};
      return { id, ...facts, queryPrefix: queryPrefix.split(/\W/)[0] };
    });
    expect(listed).toEqual(known);
  });
});

/** The rows of a chapter's tables, without the marks of code. */
function rows(chapter: string, page = readme): string[][] {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${chapter}\n`)) ?? "";
  return text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| --"))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replaceAll(/^`|`$/g, "")))
    .filter(([first = ""]) => !["type", "code", "embedding model"].includes(first));
}

/** The names in code marks. */
function words(cell: string): string[] {
  return [...`\`${cell}\``.matchAll(/`([\w-]+)`/g)].map(([, word = ""]) => word);
}
