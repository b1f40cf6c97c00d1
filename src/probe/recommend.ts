import { embeddingModel } from "../core/models.js";
import type { EmbeddingFacts } from "./embeddings.js";
import type { RerankFacts } from "./rerank.js";

/** Options as code to paste, each with its reason. */
export function embedderCode(model: string, baseURL: string | undefined, facts: EmbeddingFacts): string {
  const known = embeddingModel(model);
  return code("TogetherEmbeddings", model, baseURL, [
    !known && facts.dimensions !== undefined && `dimensions: ${facts.dimensions},`,
    facts.base64 !== "served" && `encodingFormat: "float", // base64 is ${facts.base64}`,
    facts.mostTexts > 0 &&
      facts.mostTexts < 512 &&
      `batchSize: ${facts.mostTexts}, // of more, some are not answered`,
    !facts.unitLength && "normalize: true, // for a store that compares by dot product",
    !known && 'queryPrefix: "", // what the model\'s card puts before a query, or nothing',
    facts.longText === "cut" &&
      '// longText: "reject" with countTokens: longer texts lose their end without a word',
  ]);
}

export function rerankerCode(model: string, baseURL: string | undefined, facts: RerankFacts): string {
  const { mostDocuments } = facts;
  return code("TogetherReranker", model, baseURL, [
    mostDocuments > 0 &&
      mostDocuments < 1024 &&
      `batchSize: ${mostDocuments}, // of more, some are not answered`,
    mostDocuments >= 1024 &&
      facts.comparable &&
      "// batchSize: 128 makes long lists faster where there are replicas; scores stay comparable",
    !facts.comparable &&
      "// a list beyond batchSize is split, and scores of separate requests are not comparable here",
    !facts.zeroToOne && "// minScore: scores are not from 0 to 1 here",
  ]);
}

function code(
  name: string,
  model: string,
  baseURL: string | undefined,
  lines: readonly (string | false)[],
): string {
  const options = [
    `model: ${JSON.stringify(model)},`,
    baseURL !== undefined && `baseURL: ${JSON.stringify(baseURL)},`,
    ...lines,
  ].filter((line) => line !== false);
  return `new ${name}({\n${options.map((line) => `  ${line}\n`).join("")}});`;
}
