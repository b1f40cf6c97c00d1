import { describe, expect, it } from "vitest";
import { familyNames, scenarioOf, scenariosOf, titleOf } from "./families.js";

function sizesOf(family: string): Set<number> {
  return new Set(scenariosOf(family, [7], [20]).map(({ requests }) => requests));
}

const ids = familyNames.flatMap((family) => scenariosOf(family, [157], [20]));

describe("families of scenarios", () => {
  it("has one row for each title and number of requests", () => {
    const keys = ids.map((id) => `${titleOf(scenarioOf(id))}, ${id.requests}`);
    expect(keys.filter((key, place) => keys.indexOf(key) !== place)).toEqual([]);
  });

  it("applies jobs and round trips to the family limits only", () => {
    expect(sizesOf("limits")).toEqual(new Set([7]));
    expect(sizesOf("outages")).toEqual(new Set([40, 160, 1600]));
  });

  it("has eight outages by 503 and by lost connections for each job", () => {
    expect(scenariosOf("outages", [], [])).toHaveLength(8 * 2 * 3);
  });

  it("rejects an unknown family", () => {
    expect(() => scenariosOf("weather", [], [])).toThrow(
      'Cannot simulate: there is no family "weather"; use limits, outages,',
    );
  });
});
