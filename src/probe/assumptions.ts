/**
 * Assumptions of this package about endpoints that Together does not document. `probe` checks each of them. If the live
 * service differs, change the entry here and the file that it names.
 */

export interface Assumption {
  /** The question in a few words, as the report prints it. */
  readonly question: string;
  /** The behaviour that the package expects or handles. */
  readonly expected: string;
  /** The source of the expectation. */
  readonly source: string;
  /** The file to change if the expectation is wrong. */
  readonly home: string;
}

const RECORDED = "Together's responses, recorded by llama-stack (2025-09)";
const SPECIFICATION = "Together's OpenAPI document (2026-04-28)";
const NONE = "none: neither documented nor recorded";

export const assumptions = {
  vectorCount: {
    question: "vectors through this package",
    expected: "one per text, all checked",
    source: SPECIFICATION,
    home: "src/core/embed/embed-engine.ts",
  },
  dimensions: {
    question: "dimensions",
    expected: "those of the model, in every response",
    source: "the model cards",
    home: "src/core/models.ts",
  },
  order: {
    question: "order of the vectors",
    expected: "given by `index`, in the order of the texts",
    source: RECORDED,
    home: "src/core/request/wire.ts",
  },
  base64: {
    question: 'encoding_format: "base64"',
    expected: "accepted, the same numbers as floats",
    source: `${RECORDED}; not in the OpenAPI document`,
    home: "src/core/embed/embed-engine.ts",
  },
  unitLength: {
    question: "length of the vectors",
    expected: "any; 1 for some models",
    source: RECORDED,
    home: "src/core/embed/embed-engine.ts",
  },
  prefix: {
    question: "a prefix before a text",
    expected: "changes the vector",
    source: "the model cards",
    home: "src/core/models.ts",
  },
  usage: {
    question: "usage of embeddings",
    expected: "a number, or null for some models",
    source: RECORDED,
    home: "src/core/request/wire.ts",
  },
  emptyText: {
    question: "an empty text",
    expected: "accepted or rejected; never sent",
    source: NONE,
    home: "src/core/validate-texts.ts",
  },
  blankText: {
    question: "a text of spaces",
    expected: "accepted or rejected; never sent",
    source: NONE,
    home: "src/core/validate-texts.ts",
  },
  longText: {
    question: "a text beyond the limit",
    expected: "rejected or silently truncated",
    source: "Together's skill says truncated, its guide says not to exceed (2026)",
    home: "src/core/embed/embed-engine.ts",
  },
  maxTexts: {
    question: "texts in one request",
    expected: "512 or more, one vector each",
    source: "Together's cookbook sends 1,000",
    home: "src/core/embed/batch-size.ts",
  },
  rateHeaders: {
    question: "rate limit headers on success",
    expected: "none",
    source: "Together's rate limit page (2026)",
    home: "src/core/request/retry-policy.ts",
  },
  scoreCount: {
    question: "scores through this package",
    expected: "one per document, best first",
    source: SPECIFICATION,
    home: "src/core/rerank/reranker.ts",
  },
  rerankOrder: {
    question: "order of the results",
    expected: "best first; not relied on",
    source: "Together's samples",
    home: "src/core/request/wire.ts",
  },
  scoreRange: {
    question: "range of the scores",
    expected: "0 to 1, or any range for some models",
    source: "Together's page on Llama-Rank (2025)",
    home: "src/core/options/reranker-options.ts",
  },
  topN: {
    question: "top_n",
    expected: "returns that many, with the same scores",
    source: SPECIFICATION,
    home: "src/core/request/wire.ts",
  },
  comparable: {
    question: "scores of a split list",
    expected: "comparable or not; a split emits an event",
    source: NONE,
    home: "src/core/rerank/rerank-run.ts",
  },
  blankDocument: {
    question: "a blank document",
    expected: "accepted or rejected; never sent",
    source: NONE,
    home: "src/core/rerank/rank-input.ts",
  },
  longDocument: {
    question: "a document beyond the limit",
    expected: "rejected or silently truncated",
    source: NONE,
    home: "src/core/rerank/rerank-run.ts",
  },
  maxDocuments: {
    question: "documents in one request",
    expected: "1,024 or more, one score each",
    source: "Together's model list (2025-11), for Llama-Rank",
    home: "src/core/options/reranker-options.ts",
  },
  rerankUsage: {
    question: "usage of reranking",
    expected: "a number, or null for some models",
    source: SPECIFICATION,
    home: "src/core/request/wire.ts",
  },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionId = keyof typeof assumptions;

/** The observed behaviour of an endpoint. */
export interface Observation {
  readonly id: AssumptionId;
  /** A description. It never holds a text, a key, or a server's message, which may quote one. */
  readonly observed: string;
  /** Whether it is as expected; `undefined` if that is unknown. */
  readonly expected: boolean | undefined;
  /** Whether the check failed: no response, or one without information about the endpoint. */
  readonly failed?: true;
}
