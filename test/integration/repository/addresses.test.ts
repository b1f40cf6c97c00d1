import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import packageJson from "../../../package.json" with { type: "json" };
import { sources } from "../../support/source.js";
import { linksOf, markdownFiles } from "../docs/links.js";

const { name, homepage, bugs, repository } = packageJson;
/** The address, such as `https://github.com/owner/together-retrieval`. Only package.json defines the owner. */
const ADDRESS = repository.url.replace(/^git\+|\.git$/g, "");

/** Targets that are not in the tarball, but shipped pages may link to them: they are on the web, by `repository`. */
const ON_THE_WEB =
  /^(?:CONTRIBUTING\.md|docs\/(?:contributing|pictures|reference\/api)|examples|playground|src|test|tools|\.github)(?:\/|$)/;

const tracked = run("git", "ls-files", "--cached", "--others", "--exclude-standard").split("\n");
const packed = (
  JSON.parse(run("npm", "pack", "--dry-run", "--json", "--ignore-scripts")) as [{ files: { path: string }[] }]
)[0].files.map(({ path }) => path);
const pages = markdownFiles();

function run(file: string, ...args: string[]): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Determines whether a list of files contains a path, or files in a folder of this name. */
function contains(files: readonly string[], path: string): boolean {
  return files.some((file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`));
}

/** Returns the targets of a page's relative links, as paths from the root. */
function targetsOf(file: string): string[] {
  const paths = linksOf(file).map(({ href }) => href.split("#")[0] ?? "");
  return paths.filter(Boolean).map((path) => join(dirname(file), decodeURI(path)));
}

/** Returns the repositories with this name in a text's addresses of pages, badges and raw files. */
function repositoriesIn(text: string): string[] {
  const urls = text.match(/https?:\/\/[^\s"'`)>\]]+/g) ?? [];
  const ours = urls
    .filter((url) => /github/.test(url))
    .flatMap((url) => url.match(/[\w.-]+\/together-retrieval\b/) ?? []);
  return [...new Set(ours)];
}

describe("package.json", () => {
  it("names one repository in homepage, bugs and repository", () => {
    expect(ADDRESS).toMatch(/^https:\/\/github\.com\/[\w.-]+\/together-retrieval$/);
    expect(ADDRESS.endsWith(`/${name}`)).toBe(true);
    expect({ homepage, bugs }).toEqual({ homepage: `${ADDRESS}#readme`, bugs: `${ADDRESS}/issues` });
  });

  it("has what npm shows and finds", () => {
    expect(packageJson.author).not.toBe("");
    expect(packageJson.license).toBe("MIT");
    for (const word of ["rerank", "embedding", "vercel-ai-sdk", "langchain", "together-ai"]) {
      expect(packageJson.keywords).toContain(word);
    }
    expect(new Set(packageJson.keywords).size).toBe(packageJson.keywords.length);
  });
});

describe("the address of the repository", () => {
  it("is found in pages, badges and raw files", () => {
    const text =
      "[a](https://github.com/a/together-retrieval/issues) " +
      "![b](https://img.shields.io/github/actions/workflow/status/b/together-retrieval/ci.yml) " +
      "https://raw.githubusercontent.com/c/together-retrieval/main/x.png https://npmjs.com/package/together-retrieval";
    expect(repositoriesIn(text)).toEqual(["a", "b", "c"].map((owner) => `${owner}/together-retrieval`));
  });

  it("is that of package.json in all pages, forms and workflows", () => {
    const files = tracked.filter((file) => /\.(?:md|yml)$/.test(file));
    const [own] = repositoriesIn(ADDRESS);
    const wrong = files.flatMap((file) =>
      repositoriesIn(readFileSync(file, "utf8"))
        .filter((found) => found !== own)
        .map((found) => `${file}: ${found}`),
    );
    expect(own).toBeDefined();
    expect(wrong).toEqual([]);
  });
});

describe("relative links", () => {
  it("lead to files in git, where npmjs.com looks by the address of the repository", () => {
    const dead = pages.flatMap((page) =>
      targetsOf(page)
        .filter((target) => target !== "." && !contains(tracked, target))
        .map((target) => `${page}: ${target}`),
    );
    expect(dead).toEqual([]);
    expect(targetsOf("README.md").length).toBeGreaterThan(10);
  });

  it("of shipped pages lead to shipped files, or to what is only on the web", () => {
    const shipped = pages.filter((page) => packed.includes(page));
    const dead = shipped.flatMap((page) =>
      targetsOf(page)
        .filter((target) => target !== "." && !contains(packed, target) && !ON_THE_WEB.test(target))
        .map((target) => `${page}: ${target}`),
    );
    expect(dead).toEqual([]);
    expect(shipped).toEqual(
      expect.arrayContaining(["README.md", "CHANGELOG.md", "docs/reference/errors.md"]),
    );
  });
});

describe("the pages that messages name", () => {
  const named = sources()
    .flatMap(({ path }) => [
      ...readFileSync(path, "utf8").matchAll(/together-retrieval\/(docs\/[\w/-]+\.md)/g),
    ])
    .map(([, page = ""]) => page);

  it("are shipped", () => {
    expect(named).toContain("docs/reference/errors.md");
    expect(named.filter((page) => !packed.includes(page))).toEqual([]);
  });
});

describe("the tarball", () => {
  it("has the guides, without pictures, the reference and what only contributors need", () => {
    const docs = packed.filter((file) => file.startsWith("docs/"));
    expect(docs).toEqual(expect.arrayContaining(["docs/guides/rate-limits.md", "docs/migration/README.md"]));
    expect(docs.filter((file) => /\.png$|^docs\/(?:reference\/api|contributing)\//.test(file))).toEqual([]);
    expect(packed.filter((file) => /^(?:test|examples|tools|playground|\.ci|\.github)\//.test(file))).toEqual(
      [],
    );
  });
});
