/** The tables of servers in docs/integrations/other-frameworks.md: the results of their responses in the client. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { Embedder, Reranker, type TogetherError } from "../../../src/index.js";
import {
  JINA_REJECTIONS,
  OWN_FORMS,
  SCORES,
  SERVERS,
  VECTORS,
  type ServerResponse,
} from "../../support/server-responses.js";
import { ROOT } from "./blocks.js";
import { tableRows } from "./tables.js";

const TEXTS = ["first text", "second text"];
const PAGE = readFileSync(join(ROOT, "docs", "integrations", "other-frameworks.md"), "utf8");

const bare = (cell: string): string => cell.replaceAll("`", "");

/** Returns options of a client whose server sends these responses in order, and the received requests. */
function serverWith(responses: readonly ServerResponse[], baseURL = "http://server.example/v1") {
  const requests: Request[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    requests.push(new Request(input, init));
    const { status = 200, body } = responses[requests.length - 1] ?? (responses.at(-1) as ServerResponse);
    const isText = typeof body === "string";
    return Promise.resolve(isText ? new Response(body, { status }) : Response.json(body, { status }));
  };
  return { requests, options: { model: "any/model", apiKey: "secret", baseURL, fetch, maxRetries: 0 } };
}

type Work = (responses: readonly ServerResponse[], baseURL?: string) => Promise<unknown>;

const embed: Work = async (responses, baseURL) => {
  const { vectors } = await new Embedder(serverWith(responses, baseURL).options).embed(TEXTS);
  return vectors.map((vector) => Array.from(vector));
};

const rerank: Work = async (responses, baseURL) => {
  const ranked = await new Reranker(serverWith(responses, baseURL).options).rerank("a query", TEXTS);
  return ranked.map(({ index, score }) => [index, score]);
};

const EXPECTED = new Map<Work, unknown>([
  [embed, VECTORS],
  [rerank, [1, 0].map((index) => [index, SCORES[index]])],
]);

/** Returns the cell if it describes the result of a response, otherwise the result. */
async function resultFor(
  cell: string,
  response: ServerResponse,
  work: Work,
  baseURL?: string,
): Promise<string> {
  try {
    const result = await work([response], baseURL);
    return isDeepStrictEqual(result, EXPECTED.get(work)) ? "yes" : JSON.stringify(result);
  } catch (error) {
    const { code, message } = error as TogetherError;
    const [, words = ""] = cell.split("`: ");
    // The message of a rejection is omitted from the error, because it may quote the request.
    const isRight =
      code === "bad_request"
        ? JSON.stringify(response.body).includes(/`(\w+)`/.exec(words)?.[1] ?? "?")
        : bare(message).includes(bare(words));
    return isRight ? `\`${code}\`: ${words}` : message;
  }
}

describe("table of servers", () => {
  const rows = tableRows(PAGE, "server");

  it("lists the servers whose responses are known", () => {
    expect(rows.map(([server = ""]) => bare(server))).toEqual(Object.keys(SERVERS));
  });

  for (const [server = "", baseURL = "", embeddings = "", reranking = ""] of rows) {
    const known = SERVERS[bare(server)];
    it.each([
      ["embeddings", embeddings, known?.embeddings, embed],
      ["reranking", reranking, known?.rerank, rerank],
    ] as const)(`matches the client for ${bare(server)}, %s: %s`, async (_, cell, responses, work) => {
      const results = (responses ?? []).map((response) => resultFor(cell, response, work, bare(baseURL)));
      const found = responses ? await Promise.all(results) : ["not offered"];
      expect(new Set(found)).toEqual(new Set([cell]));
    });
  }

  it("matches the client: requests go to `baseURL` and the path of Together's API", async () => {
    const { requests, options } = serverWith(SERVERS["vLLM"]?.embeddings ?? [], "http://localhost:8000/v1");
    await new Embedder(options).embed(TEXTS);
    expect(requests.map(({ url }) => url)).toEqual(["http://localhost:8000/v1/embeddings"]);
  });

  it.each(JINA_REJECTIONS)(
    "matches the client: encoding_format is not sent again after a $status",
    async (rejection) => {
      const { requests, options } = serverWith([rejection, ...(SERVERS["Jina"]?.embeddings ?? [])]);
      const embedder = new Embedder(options);
      await embedder.embed(TEXTS);
      await embedder.embed(TEXTS);
      const bodies = await Promise.all(requests.map((request) => request.json() as Promise<object>));
      expect(bodies.map((body) => "encoding_format" in body)).toEqual([true, false, false]);
    },
  );
});

describe("table of server-specific forms", () => {
  const rows = tableRows(PAGE, "response");

  it("lists the forms whose responses are known", () => {
    expect(rows.map(([response = ""]) => bare(response))).toEqual(Object.keys(OWN_FORMS));
  });

  it.each(rows)("matches the client for %s: %s", async (name = "", error = "") => {
    const { embeddings: [vectors] = [], rerank: [ranking] = [] } = OWN_FORMS[bare(name)] ?? {};
    const found = vectors
      ? resultFor(error, vectors, embed)
      : resultFor(error, ranking ?? { body: {} }, rerank);
    expect(await found).toBe(error);
  });
});
