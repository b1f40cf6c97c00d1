import { embeddingModel } from "../core/models.js";
import type { EmbeddingFacts } from "./embeddings.js";
import type { RerankFacts } from "./rerank.js";

/** The models and the address of a check. */
interface Place {
  readonly model: string;
  readonly baseModel: string | undefined;
  readonly baseURL: string | undefined;
}

/** Returns the recommended options of `TogetherEmbeddings` as code to paste, each with its reason. */
export function embedderCode(place: Place, facts: EmbeddingFacts): string {
  const known = embeddingModel(place.baseModel ?? place.model);
  return formatCode("TogetherEmbeddings", place, [
    !known &&
      '// baseModel: "<id>", // the known model that runs here, instead of dimensions and queryPrefix',
    !known && facts.dimensions !== undefined && `dimensions: ${facts.dimensions},`,
    (facts.base64 === "ignored" || facts.base64 === "rejected") &&
      `encodingFormat: "float", // base64 is ${facts.base64}`,
    facts.maxTexts > 0 &&
      facts.maxTexts < 512 &&
      `batchSize: ${facts.maxTexts}, // the endpoint does not accept larger batches`,
    !facts.unitLength && "normalize: true, // for a store that compares by dot product",
    !known && 'queryPrefix: "", // the query prefix of the model\'s card, if it has one',
    facts.longText === "truncated" &&
      '// longText: "reject" with countTokens: the endpoint silently truncates longer texts',
  ]);
}

/** Returns the recommended options of `TogetherReranker` as code to paste, each with its reason. */
export function rerankerCode(place: Place, facts: RerankFacts): string {
  const { maxDocuments } = facts;
  return formatCode("TogetherReranker", place, [
    maxDocuments > 0 &&
      maxDocuments < 1024 &&
      `batchSize: ${maxDocuments}, // the endpoint does not accept larger batches`,
    maxDocuments >= 1024 &&
      facts.comparable &&
      "// batchSize: 128 makes long lists faster on an endpoint with replicas; scores stay comparable",
    !facts.comparable &&
      "// a list beyond batchSize is split, and scores of separate requests are not comparable here",
    !facts.zeroToOne && "// minScore: scores are not from 0 to 1 here",
  ]);
}

function formatCode(
  className: string,
  { model, baseModel, baseURL }: Place,
  lines: readonly (string | false)[],
): string {
  const options = [
    `model: ${JSON.stringify(model)},`,
    baseModel !== undefined && `baseModel: ${JSON.stringify(baseModel)},`,
    baseURL !== undefined && `baseURL: ${JSON.stringify(baseURL)},`,
    ...lines,
  ].filter((line) => line !== false);
  return `new ${className}({\n${options.map((line) => `  ${line}\n`).join("")}});`;
}
