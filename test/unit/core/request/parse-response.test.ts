import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseResponse, TooManyValues } from "../../../../src/core/request/parse-response.js";
import { decodeBase64 } from "../../../../src/core/request/base64.js";
import { readEmbeddings } from "../../../../src/core/request/wire.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64Of = (...numbers: number[]): string =>
  Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const bodyOf = (...embeddings: unknown[]): object => ({
  data: embeddings.map((embedding, index) => ({ object: "embedding", index, embedding })),
});

function itemsOf(value: unknown): unknown[] {
  const { data } = Object(value) as { data?: unknown };
  return Array.isArray(data) ? data : [];
}

/** Returns the result of `JSON.parse` with the same decoded values of `data[i].embedding` as `parseResponse()`. */
function decodedLike(parsed: unknown, body: string): unknown {
  const expected = JSON.parse(body) as unknown;
  for (const [position, item] of itemsOf(parsed).entries()) {
    if (!((Object(item) as { embedding?: unknown }).embedding instanceof Float32Array)) continue;
    const own = itemsOf(expected)[position] as { embedding: string };
    Object.assign(own, { embedding: decodeBase64(own.embedding) });
  }
  return expected;
}

const vector = fc.float32Array({ minLength: 1, maxLength: 9, noNaN: true, noDefaultInfinity: true });
const spacing = fc.constantFrom(undefined, 1, "\t");

describe("parseResponse()", () => {
  it("decodes every vector of a response with any number of spaces", () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1 }), fc.constantFrom("", " ", "   "), (vectors, space) => {
        const items = vectors.map(
          (one, index) => `{"embedding":${space}"${base64Of(...one)}","index":${index},"object":"embedding"}`,
        );
        const body = `{"data":[${items.join(`,${space}`)}],"model":"ü"}`;
        expect(parseResponse(bytesOf(body))).toEqual({
          data: vectors.map((embedding, index) => ({ embedding, index, object: "embedding" })),
          model: "ü",
        });
      }),
    );
  });

  const text = fc.oneof(
    vector.map((one) => base64Of(...one)),
    fc.string(),
    fc.constantFrom("", "<vector>", 'x"embedding":"AAAA', "AACAPw==", "AACA\\/w=="),
  );
  const json = fc.letrec<{ value: unknown; item: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, fc.double(), fc.array(tie("item"), { maxLength: 4 }), tie("item")),
    item: fc.dictionary(
      fc.constantFrom("embedding", "data", "index", '"embedding":', "__proto__"),
      tie("value"),
    ),
  }));
  it("returns for any JSON what JSON.parse returns", () => {
    fc.assert(
      fc.property(json.value, spacing, (value, space) => {
        const body = JSON.stringify(value, undefined, space);
        const parsed = parseResponse(bytesOf(body));
        expect(parsed).toEqual(decodedLike(parsed, body));
      }),
    );
  });

  // Keys and values as JSON text: in JSON, one key can be spelled in several ways, and twice in one object.
  const key = fc.constantFrom(
    '"embedding"',
    String.raw`"embeddin\u0067"`,
    String.raw`"\u0065mbedding"`,
    String.raw`"x\"embedding"`,
    '"index"',
  );
  const value = fc.oneof(
    fc.constantFrom('""', '"AACAPw=="', '"AAAAQA=="', '"AABAQA=="', String.raw`"AACAP\u0077=="`),
    fc.constantFrom('"<vector>"', String.raw`"\u003cvector>"`, '"<vector>AACAPw=="', "[1]", "null"),
  );
  const member = fc
    .tuple(key, fc.constantFrom("", "", " ", "\n"), fc.constantFrom("", "", " ", "\t"), value)
    .map(([name, before, after, written]) => `${name}${before}:${after}${written}`);
  const members = fc.array(member, { maxLength: 3 });
  const data = fc
    .tuple(fc.constantFrom('"data"', String.raw`"dat\u0061"`), fc.array(members, { maxLength: 3 }))
    .map(([name, items]) => `${name}:[${items.map((item) => `{${item.join(",")}}`).join(",")}]`);
  const hostile = fc
    .tuple(members, fc.array(data, { minLength: 1, maxLength: 2 }), members)
    .map((parts) => `{${parts.flat().join(",")}}`);
  it("never assigns the vector of one object to another", () => {
    fc.assert(
      fc.property(hostile, (body) => {
        const parsed = parseResponse(bytesOf(body));
        expect(parsed).toEqual(decodedLike(parsed, body));
      }),
      { numRuns: 5000 },
    );
  });

  const elsewhere = `"embedding":"${base64Of(2)}"`;
  it.each([
    ["an escaped key", String.raw`"embeddin\u0067":""`],
    ["white space before the colon", '"embedding" :""'],
    ["a placeholder as its value", '"embedding" :"<vector>"'],
    ["an escaped placeholder", String.raw`"embedding" :"\u003cvector>"`],
  ])("does not confuse %s with a vector elsewhere in the body", (_, written) => {
    const body = `{"data":[{"index":0,${written}}],${elsewhere}}`;
    expect(parseResponse(bytesOf(body))).toEqual(JSON.parse(body));
  });

  it.each([
    ["a vector elsewhere", { ...bodyOf(base64Of(1)), embedding: base64Of(2) }],
    ["one that is not base64", bodyOf(base64Of(1), "!not base64!")],
    ["one that is empty", bodyOf(base64Of(1), "")],
    ["one that is not finite", bodyOf(base64Of(1), base64Of(Number.NaN))],
    ["one in numbers", bodyOf(base64Of(1), [2])],
  ])("leaves %s to JSON.parse", (_, body) => {
    expect(parseResponse(bytesOf(JSON.stringify(body)))).toEqual(JSON.parse(JSON.stringify(body)));
  });

  it("reads a body with a string that contains another body", () => {
    const note = JSON.stringify(bodyOf(base64Of(2)));
    const parsed = parseResponse(bytesOf(JSON.stringify({ note, ...bodyOf(base64Of(1)) })));
    expect(parsed).toMatchObject({ note });
    expect(readEmbeddings(parsed, 1)).toEqual([Float32Array.of(1)]);
  });

  it("uses the second of two equal keys, as JSON.parse does", () => {
    const [one, other] = [base64Of(1), base64Of(2)];
    const body = `{"data":[{"index":0,"embedding":"${one}","embedding":"${other}"}]}`;
    expect(readEmbeddings(parseResponse(bytesOf(body)), 1)).toEqual([Float32Array.of(2)]);
  });

  it("throws a SyntaxError for truncated JSON of any length", () => {
    const whole = JSON.stringify(bodyOf(base64Of(1), base64Of(2)));
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseResponse(bytesOf(whole.slice(0, length)))).toThrow(SyntaxError);
    }
  });

  it("reads a body that begins with a byte order mark", () => {
    const body = bodyOf(base64Of(1, 2));
    expect(parseResponse(bytesOf(`\ufeff${JSON.stringify(body)}`))).toEqual(body);
  });

  it("decodes as many vectors as a request has texts, and leaves more to JSON.parse", () => {
    for (const [amount, type] of [
      [2048, "object"],
      [2049, "string"],
    ] as const) {
      const list = Array.from({ length: amount }, (_, index) => base64Of(index));
      const parsed = parseResponse(bytesOf(JSON.stringify(bodyOf(...list)))) as {
        data: { embedding: unknown }[];
      };
      expect(parsed.data.map(({ embedding }) => typeof embedding)).toEqual(list.map(() => type));
    }
  });

  it("parses a response of several megabytes", () => {
    const body = bodyOf(Array.from({ length: 300_000 }, (_, index) => index + 0.5));
    expect(parseResponse(bytesOf(JSON.stringify(body)))).toEqual(body);
  });

  it.each([
    ["alone", {}],
    ["beside a vector", bodyOf(base64Of(1))],
  ])("does not parse values that would use more than 128 MB of memory, %s", (_, rest) => {
    const body = JSON.stringify({ ...rest, note: 0 }).replace("0}", `[${"[],".repeat(1_000_000)}0]}`);
    expect(() => parseResponse(bytesOf(body))).toThrow(TooManyValues);
  });

  it("starts to estimate the memory of values at a length of 2 MiB", () => {
    const brackets = new Uint8Array(2 ** 21 + 1).fill("[".charCodeAt(0));
    expect(() => parseResponse(brackets.subarray(1))).toThrow(SyntaxError);
    expect(() => parseResponse(brackets)).toThrow(TooManyValues);
  });

  it("reads the same without Node's Buffer", () => {
    const body = bodyOf(base64Of(1, 2), base64Of(3, 4));
    vi.stubGlobal("Buffer", undefined);
    const parsed = parseResponse(bytesOf(JSON.stringify(body)));
    expect(parsed).toEqual(body);
    expect(readEmbeddings(parsed, 2)).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
  });

  it("gives each vector its own memory, because stores take `vector.buffer` for the vector", () => {
    const parsed = parseResponse(bytesOf(JSON.stringify(bodyOf(base64Of(1), base64Of(2))))) as {
      data: { embedding: Float32Array }[];
    };
    expect(parsed.data.map(({ embedding }) => embedding.buffer.byteLength)).toEqual([4, 4]);
  });
});
