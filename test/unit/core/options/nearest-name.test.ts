import { describe, expect, it } from "vitest";
import { nearestName } from "../../../../src/core/options/nearest-name.js";

const known = ["apiKey", "baseURL", "maxRetries", "maxConcurrency", "model", "topN", "minScore", "normalize"];

describe("nearestName", () => {
  it.each([
    ["api_key", "apiKey"],
    ["API-KEY", "apiKey"],
    ["apikKey", "apiKey"],
    ["baseURI", "baseURL"],
    ["baesURL", "baseURL"],
    ["maxRetires", "maxRetries"],
    ["maxTries", "maxRetries"],
    ["maxConcurency", "maxConcurrency"],
    ["modle", "model"],
    ["normalise", "normalize"],
    ["normalized", "normalize"],
    ["TOPN", "topN"],
  ])("returns for %s the name %s", (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });

  it.each(["topP", "maxScore", "maxTokens", "mod", "k", "", "temperature", "apiKey2"])(
    "returns no name for %s",
    (name) => {
      expect(nearestName(name, known)).toBeUndefined();
    },
  );

  it("returns no name if two are equally near", () => {
    expect(nearestName("stope", ["store", "stone"])).toBeUndefined();
    expect(nearestName("stope", ["store", "stone", "slope"])).toBeUndefined();
    expect(nearestName("stone", ["store", "stone"])).toBe("stone");
    expect(nearestName("stone", ["stone", "store"])).toBe("stone");
  });

  it("distinguishes digits", () => {
    expect(nearestName("bert-80M-4k-retrieval", ["bert-80M-2k-retrieval"])).toBeUndefined();
    expect(nearestName("bert-80m-2k-retreival", ["bert-80M-2k-retrieval"])).toBe("bert-80M-2k-retrieval");
  });
});
