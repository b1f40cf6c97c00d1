import { MetadataMode, TextNode, type MessageContent, type NodeWithScore } from "llamaindex";
import { describe, expect, it } from "vitest";
import { TogetherReranker, type TogetherRerankerParams } from "../../../src/llamaindex/index.js";
import { bench, KEY, rejection, RERANK, type Bench } from "../../support/emulate.js";

function on({ emulator }: Bench, own: Partial<TogetherRerankerParams> = {}): TogetherReranker {
  return new TogetherReranker({ model: RERANK, apiKey: KEY, fetch: emulator.fetch, ...own });
}

function nodes(...list: string[]): NodeWithScore[] {
  return list.map((text) => ({ node: new TextNode({ text }), score: 0.9 }));
}

/** Returns a node with metadata that is excluded for the embedding model or for the chat model. */
function nodesWithExcludedMetadata(): NodeWithScore[] {
  const metadata = { title: "Bees", internal: "42", draft: "yes" };
  const node = new TextNode({ text: "They dance.", metadata });
  node.excludedEmbedMetadataKeys = ["internal"];
  node.excludedLlmMetadataKeys = ["draft"];
  return [{ node }];
}

describe("TogetherReranker for LlamaIndex", () => {
  it("returns new wrappers with the model's score around the very same nodes", async () => {
    const given = nodes("1", "2");
    const [best, second] = await on(bench()).postprocessNodes(given, "query");
    expect(best?.node).toBe(given[1]?.node);
    expect(second?.node).toBe(given[0]?.node);
    expect([best?.score, second?.score]).toEqual([2, 1]);
    expect(best).not.toBe(given[1]);
    expect(given.map(({ score }) => score)).toEqual([0.9, 0.9]);
  });

  it('keeps the scores of the retriever after a failure with `fallback: "original-order"`', async () => {
    const reranker = on(bench({ faults: () => ({ status: 401 }) }), { fallback: "original-order" });
    const given = nodes("1", "2");
    expect(await reranker.postprocessNodes(given, "query")).toEqual(given);
  });

  it("keeps a key `__proto__` of a wrapper as data", async () => {
    const wrapper = Object.defineProperty(nodes("1")[0] as NodeWithScore, "__proto__", {
      value: { polluted: true },
      enumerable: true,
    });
    const [copy] = await on(bench()).postprocessNodes([wrapper], "query");
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(copy, "__proto__")?.value).toEqual({ polluted: true });
  });

  it("accepts options for one call", async () => {
    const reranker = on(bench(), { topN: 1 });
    const ranked = await reranker.postprocessNodes(nodes("1", "3", "2"), "query", { topN: 2 });
    expect(ranked.map(({ score }) => score)).toEqual([3, 2]);
  });

  it.each([
    [undefined, "draft: yes\ntitle: Bees\n\nThey dance."],
    [MetadataMode.EMBED, "draft: yes\ntitle: Bees\n\nThey dance."],
    ["EMBED", "draft: yes\ntitle: Bees\n\nThey dance."],
    ["LLM", "internal: 42\ntitle: Bees\n\nThey dance."],
    ["ALL", "draft: yes\ninternal: 42\ntitle: Bees\n\nThey dance."],
    ["NONE", "They dance."],
  ] as const)("sends, with metadataMode %s, %j", async (metadataMode, text) => {
    const server = bench();
    await on(server, { metadataMode }).postprocessNodes(nodesWithExcludedMetadata(), "query");
    expect(server.bodies()).toMatchObject([{ documents: [text] }]);
  });

  it("is listed in the error for an unknown option", () => {
    const wrong = { nodes: "ALL" } as object;
    expect(() => on(bench(), wrong)).toThrow(/it takes model, .*, fallback, metadataMode \(see/);
  });

  it("rejects an unknown mode, which LlamaIndex would treat as ALL and so send excluded metadata", () => {
    const wrong = "embed" as "EMBED";
    expect(() => on(bench(), { metadataMode: wrong })).toThrow(
      expect.objectContaining({
        code: "invalid_option",
        message: expect.stringMatching(/^Cannot create TogetherReranker: `metadataMode`.* "EMBED"/),
      }),
    );
  });
});

describe("query of a LlamaIndex reranker", () => {
  it("joins several parts as LlamaIndex does, without images", async () => {
    const server = bench();
    const query: MessageContent = [
      { type: "text", text: "How do bees" },
      { type: "image_url", image_url: { url: "https://example.com/bee.png" } },
      { type: "text", text: "live?" },
    ];
    await on(server).postprocessNodes(nodes("1"), query);
    expect(server.bodies()).toMatchObject([{ query: "How do bees\n\nlive?" }]);
  });

  it.each([
    ["missing", undefined, "the query is not a string but undefined"],
    ["empty", "", "the query is blank"],
    ["blank", " \n", "the query is blank"],
    ["a list without text", [], "the query is blank"],
    ["a number", 42 as unknown as string, "the query is not a string but a number"],
    ["a list of strings", ["a question"] as never, "the query is not a string but an array"],
    ["a list with null", [null] as never, "the query is not a string but an array"],
  ])("causes an error without a request if it is %s", async (_, query, problem) => {
    const server = bench();
    const error = await rejection(on(server).postprocessNodes(nodes("1"), query));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining(problem) });
    expect(server.emulator.requests).toEqual([]);
  });
});

it.each([
  ["a node without its wrapper", new TextNode({ text: "1" })],
  ["undefined", undefined],
  ["a node that was parsed from JSON", { node: new TextNode({ text: "1" }).toJSON() }],
])("rejects %s, with its index and the method that is missing", async (_, wrong) => {
  const given = [wrong] as unknown as NodeWithScore[];
  const error = (await rejection(on(bench()).postprocessNodes(given, "query"))) as Error;
  expect(error).toMatchObject({ code: "invalid_input", index: 0 });
  expect(error.message).toContain("the document at index 0 has no text");
  expect(error.message).toContain("return a string from `getContent`");
});
