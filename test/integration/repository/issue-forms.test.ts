import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseDocument } from "yaml";
import { probeCommand } from "../../../src/cli/probe.js";
import { errorCodes } from "../../support/error-codes.js";

const FOLDER = new URL("../../../.github/ISSUE_TEMPLATE/", import.meta.url);

/** The attributes that GitHub supports for each type of field (GitHub's documentation of issue forms, 2026-11). */
const ATTRIBUTES: Record<string, readonly string[]> = {
  markdown: ["value"],
  textarea: ["label", "description", "placeholder", "value", "render"],
  input: ["label", "description", "placeholder", "value"],
  dropdown: ["label", "description", "multiple", "options", "default"],
  checkboxes: ["label", "description", "options"],
};

interface Field {
  readonly type: string;
  readonly id?: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly validations?: { readonly required: boolean };
}

interface Form {
  readonly name: string;
  readonly description: string;
  readonly labels: readonly string[];
  readonly body: readonly Field[];
}

const forms = readdirSync(FOLDER).map((file) => {
  const document = parseDocument(readFileSync(new URL(file, FOLDER), "utf8"));
  return { file, problems: [...document.errors, ...document.warnings], form: document.toJS() as Form };
});

function formOf(file: string): Form {
  return forms.find((one) => one.file === file)?.form as Form;
}

function fieldOf(form: Form, id: string): Field {
  return form.body.find((field) => field.id === id) as Field;
}

describe.each(forms)("issue form $file", ({ problems, form }) => {
  const questions = form.body.filter(({ type }) => type !== "markdown");

  it("is YAML with a name, a description and a required question", () => {
    expect(problems).toEqual([]);
    expect(Object.keys(form)).toEqual(["name", "description", "labels", "body"]);
    expect([form.name, form.description].map((text) => typeof text)).toEqual(["string", "string"]);
    expect(questions.filter(({ validations }) => validations?.required === true)).not.toEqual([]);
  });

  it("has fields of the types that GitHub supports, with their attributes", () => {
    for (const { type, attributes } of form.body) {
      expect(Object.keys(ATTRIBUTES)).toContain(type);
      expect(ATTRIBUTES[type]).toEqual(expect.arrayContaining(Object.keys(attributes)));
    }
  });

  it("gives each question an id and a label that is unique", () => {
    const ids = questions.map(({ id }) => id);
    const labels = questions.map(({ attributes }) => attributes["label"]);
    expect(new Set(ids).size).toBe(questions.length);
    expect(new Set(labels).size).toBe(questions.length);
    for (const id of ids) expect(id).toMatch(/^[\w-]+$/);
  });

  it("offers each choice once", () => {
    const choices = questions.flatMap(({ attributes }) => (attributes["options"] as unknown[]) ?? []);
    expect(new Set(choices).size).toBe(choices.length);
  });
});

describe("issue form for bugs", () => {
  const form = formOf("bug.yml");

  it("lists every code of an error", () => {
    expect(errorCodes.length).toBeGreaterThan(10);
    expect(fieldOf(form, "code").attributes["options"]).toEqual(["no error", ...errorCodes, "another error"]);
  });

  it("asks for the probe's report, by options that the probe has", () => {
    const { description } = fieldOf(form, "probe").attributes as { description: string };
    expect(description).toContain("npx together-retrieval probe --json");
    const flags = description.match(/--[\w-]+/g) ?? [];
    expect(flags.filter((flag) => !probeCommand.help.includes(`${flag} `))).toEqual([]);
  });

  it("requires the versions and the runtime", () => {
    expect(fieldOf(form, "versions").attributes["description"]).toContain("npm ls together-retrieval");
    for (const id of ["versions", "runtime", "what", "code"]) {
      expect(fieldOf(form, id).validations).toEqual({ required: true });
    }
  });
});
