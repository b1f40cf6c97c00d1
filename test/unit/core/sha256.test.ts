import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../../src/core/sha256.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");
const texts = fc.array(fc.string({ unit: "grapheme" }));

describe("sha256()", () => {
  it("is SHA-256 of the text in UTF-8", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        expect(await sha256(list)).toEqual(list.map(hashOf));
      }),
    );
  });

  it.each([
    ["there is no Node", undefined],
    ["Node is too old to be asked for a module", {}],
    ["its crypto has no function for it", { getBuiltinModule: () => ({}) }],
    ["nobody serves Node's modules", { getBuiltinModule: () => undefined }],
  ])("is the same where %s", async (_, process) => {
    vi.stubGlobal("process", process);
    const digest = vi.spyOn(globalThis.crypto.subtle, "digest");
    const hashes = sha256(["", "plants", "Ünïcödé 🌱"]);
    // At once, because the test's own tools need it too.
    vi.unstubAllGlobals();
    expect(await hashes).toEqual(["", "plants", "Ünïcödé 🌱"].map(hashOf));
    expect(digest).toHaveBeenCalledTimes(3);
  });

  it("troubles no other thread where Node does it", async () => {
    const digest = vi.spyOn(globalThis.crypto.subtle, "digest");
    await sha256(["a", "b"]);
    expect(digest).not.toHaveBeenCalled();
  });
});
