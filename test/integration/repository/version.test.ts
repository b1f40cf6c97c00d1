import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import lock from "../../../package-lock.json" with { type: "json" };
import packageJson from "../../../package.json" with { type: "json" };

const { version } = packageJson;

it("has the same version in package.json, its lockfile and the newest section of CHANGELOG.md", () => {
  const changelog = readFileSync(new URL("../../../CHANGELOG.md", import.meta.url), "utf8");
  const [newest] = [...changelog.matchAll(/^## \[(\d[^\]]*)\]/gm)].map(([, one]) => one);
  expect([newest, lock.version, lock.packages[""].version]).toEqual([version, version, version]);
});
