import { describe, expect, it } from "vitest";
import { problemsOf } from "../../../tools/commit-subject.js";

describe("the rule for commit subjects", () => {
  it.each([
    "feat(embed): add the option `dimensions`",
    "fix: retry a 503 of a cold endpoint",
    `docs(readme): ${"a".repeat(58)}`,
  ])("accepts %j", async (subject) => {
    expect(await problemsOf(subject)).toEqual([]);
  });

  it.each([
    ["Retry a 503", "type may not be empty"],
    ["style: format", "type must be one of"],
    ["Fix: retry a 503", "type must be lower-case"],
    ["fix(retry):", "subject may not be empty"],
    ["fix: Retry a 503", "subject must not be"],
    ["fix: retry a 503.", "subject may not end with full stop"],
    [`docs(readme): ${"a".repeat(59)}`, "longer than 72 characters"],
    ['Revert "fix: retry a 503"', "type may not be empty"],
    ["fixup! fix: retry a 503", "type may not be empty"],
  ])("rejects %j", async (subject, problem) => {
    expect((await problemsOf(subject)).join("; ")).toContain(problem);
  });
});
