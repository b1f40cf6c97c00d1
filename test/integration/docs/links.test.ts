import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemOf, linksOf, markdownFiles } from "./links.js";

const files = markdownFiles();
const links = files.flatMap(linksOf);

describe("links in Markdown files", () => {
  it("covers the root, the guides and the examples", () => {
    const some = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "examples/bulk-ingest/README.md"];
    expect(some.filter((file) => !files.includes(file))).toEqual([]);
    expect(links.map(({ file }) => file)).toEqual(
      expect.arrayContaining(["README.md", "docs/reference/errors.md"]),
    );
    expect(files.filter((file) => file.includes("node_modules"))).toEqual([]);
  });

  it("leads to existing files, and to headings by GitHub's anchors", () => {
    expect(links.map(problemOf).filter((found) => found !== undefined)).toEqual([]);
  });

  it("lead from README, CONTRIBUTING or the index of docs to every guide", () => {
    const first = ["README.md", "CONTRIBUTING.md", "docs/README.md"].flatMap(linksOf);
    const named = new Set(first.map(({ file, href }) => join(dirname(file), href.split("#")[0] ?? "")));
    expect(named).toContain("docs/README.md");
    const guides = files.filter((file) => /^docs\/(?!reference\/api).+\.md$/.test(file));
    expect(guides.filter((guide) => !named.has(guide))).toEqual([]);
  });

  it("reports a broken link", () => {
    const file = "docs/reference/errors.md";
    const wrong = [
      "nowhere.md",
      "#rate-limited",
      "../guides/rate-limits.md#none",
      "../../../outside.md",
      "../../LICENSE#top",
    ];
    expect(wrong.filter((href) => problemOf({ file, href }) === undefined)).toEqual([]);
    const right = ["#rate_limited", "../../README.md#compatibility-and-status", "../pictures", "../../src"];
    expect(right.map((href) => problemOf({ file, href }))).toEqual(right.map(() => undefined));
  });
});
