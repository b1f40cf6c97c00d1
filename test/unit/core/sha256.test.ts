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
  it("hashes texts in UTF-8", async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (list) => {
        expect(await sha256(list)).toEqual(list.map(hashOf));
      }),
    );
  });

  it.each([
    ["without Node", undefined],
    ["with a Node that has no getBuiltinModule", {}],
    ["with a node:crypto that has no hash()", { getBuiltinModule: () => ({}) }],
    ["without node:crypto", { getBuiltinModule: () => undefined }],
  ])("returns the same %s", async (_, process) => {
    vi.stubGlobal("process", process);
    const digest = vi.spyOn(globalThis.crypto.subtle, "digest");
    const hashes = sha256(["", "plants", "Ünïcödé 🌱"]);
    // Restored at once, because the test runner needs it too.
    vi.unstubAllGlobals();
    expect(await hashes).toEqual(["", "plants", "Ünïcödé 🌱"].map(hashOf));
    expect(digest).toHaveBeenCalledTimes(3);
  });

  it("does not use Web Crypto on Node", async () => {
    const digest = vi.spyOn(globalThis.crypto.subtle, "digest");
    await sha256(["a", "b"]);
    expect(digest).not.toHaveBeenCalled();
  });
});
