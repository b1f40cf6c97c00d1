import * as fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parseResponse } from "../../../../src/core/request/parse-response.js";
import { decodeBase64 } from "../../../../src/core/request/base64.js";
import { readEmbeddings } from "../../../../src/core/request/wire.js";

afterEach(() => {
  vi.unstubAllGlobals();
});

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const base64Of = (...numbers: number[]): string =>
  Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
const answerOf = (...embeddings: unknown[]): object => ({
  data: embeddings.map((embedding, index) => ({ object: "embedding", index, embedding })),
});

/** What plain parsing makes of it, its base64 decoded where the answer's is. */
function decodedAlike(plain: unknown, parsed: unknown): unknown {
  if (parsed instanceof Float32Array) return decodeBase64(plain as string);
  if (Array.isArray(plain))
    return plain.map((item, place) => decodedAlike(item, (parsed as unknown[])[place]));
  if (typeof plain !== "object" || plain === null) return plain;
  return Object.fromEntries(
    Object.entries(plain).map(([key, value]) => [
      key,
      decodedAlike(value, (parsed as Record<string, unknown>)[key]),
    ]),
  );
}

const vector = fc.float32Array({ minLength: 1, maxLength: 9, noNaN: true, noDefaultInfinity: true });
const spacing = fc.constantFrom(undefined, 1, "\t");

describe("parseAnswer()", () => {
  it("decodes every vector of an answer, however it is spaced", () => {
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1 }), fc.constantFrom("", " ", "   "), (vectors, space) => {
        const items = vectors.map(
          (one, index) => `{"embedding":${space}"${base64Of(...one)}","index":${index},"object":"embedding"}`,
        );
        const answer = `{"data":[${items.join(`,${space}`)}],"model":"ü"}`;
        expect(parseResponse(bytesOf(answer))).toEqual({
          data: vectors.map((embedding, index) => ({ embedding, index, object: "embedding" })),
          model: "ü",
        });
      }),
    );
  });

  const text = fc.oneof(
    vector.map((one) => base64Of(...one)),
    fc.string(),
    fc.constantFrom("", 'x"embedding":"AAAA', "AACAPw==", "AACA\\/w=="),
  );
  const json = fc.letrec<{ value: unknown; item: unknown }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, text, fc.double(), fc.array(tie("item"), { maxLength: 4 }), tie("item")),
    item: fc.dictionary(
      fc.constantFrom("embedding", "data", "index", '"embedding":', "__proto__"),
      tie("value"),
    ),
  }));
  it("finds in any JSON what plain parsing finds", () => {
    fc.assert(
      fc.property(json.value, spacing, (value, space) => {
        const written = JSON.stringify(value, undefined, space);
        const parsed = parseResponse(bytesOf(written));
        expect(parsed).toEqual(decodedAlike(JSON.parse(written), parsed));
      }),
    );
  });

  it.each([
    ["a vector elsewhere", { ...answerOf(base64Of(1)), embedding: base64Of(2) }],
    ["one that is not base64", answerOf(base64Of(1), "!not base64!")],
    ["one that is empty", answerOf(base64Of(1), "")],
    ["one that is not finite", answerOf(base64Of(1), base64Of(Number.NaN))],
    ["one in numbers", answerOf(base64Of(1), [2])],
  ])("leaves %s to plain parsing", (_, answer) => {
    expect(parseResponse(bytesOf(JSON.stringify(answer)))).toEqual(JSON.parse(JSON.stringify(answer)));
  });

  it("is not misled by a text that holds an answer", () => {
    const note = JSON.stringify(answerOf(base64Of(2)));
    expect(parseResponse(bytesOf(JSON.stringify({ note, ...answerOf(base64Of(1)) })))).toEqual({
      note,
      ...answerOf(Float32Array.of(1)),
    });
  });

  it("does not take the second of two equal keys for another text's vector", () => {
    const [one, other] = [base64Of(1), base64Of(2)];
    const twice = `{"data":[{"index":0,"embedding":"${one}","embedding":"${other}"}]}`;
    expect(readEmbeddings(parseResponse(bytesOf(twice)), 1)).toEqual([Float32Array.of(2)]);
  });

  it("throws for JSON that was cut, wherever", () => {
    const whole = JSON.stringify(answerOf(base64Of(1), base64Of(2)));
    for (let length = 0; length < whole.length; length++) {
      expect(() => parseResponse(bytesOf(whole.slice(0, length)))).toThrow(SyntaxError);
    }
  });

  it("reads the same without Node's Buffer", () => {
    const answer = answerOf(base64Of(1, 2), base64Of(3, 4));
    vi.stubGlobal("Buffer", undefined);
    const parsed = parseResponse(bytesOf(JSON.stringify(answer)));
    expect(parsed).toEqual(answer);
    expect(readEmbeddings(parsed, 2)).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4)]);
  });

  it("gives each vector memory of its own, because stores take `vector.buffer` for the vector", () => {
    const { data } = parseResponse(bytesOf(JSON.stringify(answerOf(base64Of(1), base64Of(2))))) as {
      data: { embedding: Float32Array }[];
    };
    expect(data.map(({ embedding }) => embedding.buffer.byteLength)).toEqual([4, 4]);
  });
});
