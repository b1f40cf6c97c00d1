import { describe, expect, it } from "vitest";
import {
  containsKey,
  hideKey,
  isSystemCode,
  knownCode,
  printable,
  requestIdOf,
  unlessSent,
} from "../../../../src/core/errors/redact.js";

const UUID = "8f14e45f-ceea-467f-a0e6-1d2f5c0b7a91";
const TOGETHER_ID = "oGs6Zt9-62bZhn-99529372487b1b0a";
const CF_RAY = "9caaf3b18fbbc2d1-FRA";

describe("requestIdOf()", () => {
  it.each([
    [UUID],
    [UUID.toUpperCase()],
    [UUID.replaceAll("-", "")],
    [`req_${UUID.replaceAll("-", "")}`],
    [`embd-${UUID}`],
    [TOGETHER_ID],
    ["oWYc9Xx-zqrih-9caaf3bc9975c7d0"],
    ["oyhs8KB-2kFHot-a34f02a12eea72e1-SEA"],
    [CF_RAY],
  ])("returns the id %s", (id) => {
    expect(requestIdOf(id)).toBe(id);
  });

  it.each([
    ["a text", "the customer's text"],
    ["a key", "tgp_v1_0123456789abcdef"],
    ["one word", "confidential"],
    ["a number", "4711"],
    ["a line break after an id", `${UUID}\n`],
    ["an escape sequence of a terminal", `\u001B[31m${UUID}`],
    ["two ids", `${UUID}, ${UUID}`],
    ["60,000 characters", "a".repeat(60_000)],
    ["no text", undefined],
    ["a list of ids", [UUID]],
  ])("returns nothing for %s", (_, value) => {
    expect(requestIdOf(value)).toBeUndefined();
  });

  it("returns the first value that is an id", () => {
    expect(requestIdOf(null, "a text", CF_RAY, UUID)).toBe(CF_RAY);
  });
});

describe("unlessSent()", () => {
  it.each([UUID, TOGETHER_ID, CF_RAY])("returns the id %s if no text contains it", (id) => {
    expect(unlessSent(id, ["a text", "2024-11-21 face cafe 9caa"])).toBe(id);
    expect(unlessSent(undefined, [id])).toBeUndefined();
  });

  it("returns an id whose last four digits are in a text", () => {
    expect(unlessSent(CF_RAY, ["a text", "card c2d1"])).toBe(CF_RAY);
  });

  it.each([
    ["is a text", UUID, `order ${UUID}, paid`],
    ["is a text in another case", UUID.toUpperCase(), UUID],
    ["is a text without hyphens", UUID, UUID.replaceAll("-", "")],
    ["is a text with hyphens", UUID.replaceAll("-", ""), UUID],
    ["is a reversed text", "19a7b0c5f2d16e0af764aeecf54e41f8", UUID],
    ["is a part of a key", "0123456789abcdef0123456789abcdef", "0123456789abcdef".repeat(4)],
    ["is a text in hexadecimal digits", Buffer.from("card 4711 of Bob").toString("hex"), "another"],
    ["is a text in a UUID", "4d61782c-2070-696e-2034-373131202020", "another"],
    ["is a Chinese text in hexadecimal digits", Buffer.from("客户机密4711").toString("hex"), "another"],
    ["contains a text", "oGs6Zt9-62bZhn-0000073627262547", "account 073627262547"],
    ["contains a text before a region", "oGs6Zt9-62bZhn-0000073627262547-SJC", "account 073627262547"],
    ["of Cloudflare contains a text", "0000073627262547-SJC", "account 073627262547"],
    ["of Cloudflare is a text in hexadecimal digits", "506174204a6f6e65-SJC", "another"],
    ["starts with a text after a word", `embd-${UUID}`, "order 8f14e45f"],
    ["ends with a text", UUID, "account 1d2f5c0b7a91"],
  ])("returns nothing if the id %s", (_, id, text) => {
    expect(requestIdOf(id)).toBe(id);
    expect(unlessSent(id, ["the key", text])).toBeUndefined();
  });
});

describe("knownCode()", () => {
  it.each([
    ["model_not_available", "model_not_available"],
    ["invalid_api_key", "invalid_api_key"],
    ["account_4711", ""],
    ["model_not_available ", ""],
    [5, ""],
    [undefined, ""],
  ])("reads %j as %j", (code, known) => {
    expect(knownCode(code)).toBe(known);
  });
});

describe("isSystemCode()", () => {
  it.each([
    ["ECONNRESET", true],
    ["EAI_AGAIN", true],
    ["UND_ERR_SOCKET", true],
    ["ERR_TLS_CERT_ALTNAME_INVALID", true],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", true],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", true],
    ["ALICE_SMITH", false],
    [["ECONNRESET"], false],
    ["ECONNRESET of a text", false],
    [4711, false],
  ])("returns for %j %j", (code, isCode) => {
    expect(isSystemCode(code)).toBe(isCode);
  });
});

describe("hideKey() and containsKey()", () => {
  const KEY = "my-gateway-key-0123456789";

  it.each([
    ["a key of Together's", "`tgp_v1_AbC-123_x` is not an option", "`<API key>` is not an option"],
    ["an older key", `with "${"0f".repeat(32)}"`, 'with "<API key>"'],
    ["the configured key", `\`my ${KEY}\` is not an option`, "`my <API key>` is not an option"],
  ])("hides %s", (_, message, shown) => {
    expect(hideKey(message, KEY)).toBe(shown);
  });

  it("hides a key of 16 characters as a part of a name", () => {
    expect(hideKey("`my-gateway-key-0123` is not an option", "gateway-key-0123")).toBe(
      "`my-<API key>` is not an option",
    );
  });

  it("hides a shorter key only as a whole name", () => {
    expect(hideKey("`my-gateway-key-012` is not an option", "gateway-key-012")).toBe(
      "`my-gateway-key-012` is not an option",
    );
    expect(hideKey("`test` is not an option of a test", "test")).toBe(
      "`<API key>` is not an option of a test",
    );
    expect(hideKey("`model` is missing", "")).toBe("`model` is missing");
  });

  it.each([
    ["BAAI/bge-large-en-v1.5", KEY, false],
    ["acme/test-model", "test", false],
    [KEY, KEY, true],
    [`/v1/${KEY}x`, KEY, true],
    ["/v1/test", "test", true],
    ["tgp_v1_another", KEY, true],
  ])("finds in %j with the key %j: %j", (value, key, isFound) => {
    expect(containsKey(value, key)).toBe(isFound);
  });
});

describe("printable()", () => {
  it("removes controls, bidi overrides and zero-width characters", () => {
    expect(printable("a\r\n\tb\u001B[31mc\u2028d")).toBe("a b [31mc d");
    expect(printable("a\u202Eb\u200Bc\uFEFFd\u2066e\u00ADf\u{E0041}g\uD800")).toBe("abcdefg");
    expect(printable("Größe 客户 🐝")).toBe("Größe 客户 🐝");
  });
});
