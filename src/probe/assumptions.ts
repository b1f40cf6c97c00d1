/**
 * What this package takes for granted about an endpoint although Together does not document it, in one list: `probe`
 * asks an endpoint for each of them, and a finding on the live service changes the line here and the file it names.
 */

export interface Assumption {
  /** The question, in a few words. */
  readonly question: string;
  /** What the package relies on, or is prepared for. */
  readonly expected: string;
  /** Where that comes from. */
  readonly source: string;
  /** Which file would have to change. */
  readonly home: string;
}

const RECORDED = "answers of Together's that llama-stack recorded (2025-09)";
const SPECIFICATION = "Together's OpenAPI document (2026-04-28)";
const NONE = "nothing: neither documented nor recorded";

export const assumptions = {
  answers: {
    question: "vectors through this package",
    expected: "as many as texts, all checked",
    source: SPECIFICATION,
    home: "src/core/embed/embedder.ts",
  },
  dimensions: {
    question: "dimensions",
    expected: "those of the model, in every answer",
    source: "the models' cards",
    home: "src/core/models.ts",
  },
  order: {
    question: "order of the vectors",
    expected: "told by `index`, in the order of the texts",
    source: RECORDED,
    home: "src/core/request/wire.ts",
  },
  base64: {
    question: 'encoding_format: "base64"',
    expected: "served, the same numbers as floats",
    source: `${RECORDED}; not in the OpenAPI document`,
    home: "src/core/embed/embedder.ts",
  },
  unitLength: {
    question: "length of the vectors",
    expected: "any; 1 for some models",
    source: RECORDED,
    home: "src/core/embed/embedder.ts",
  },
  prefix: {
    question: "a prefix before a text",
    expected: "changes the vector: it reaches the model",
    source: "the models' cards",
    home: "src/core/models.ts",
  },
  usage: {
    question: "usage of embeddings",
    expected: "counted, or null for some models",
    source: RECORDED,
    home: "src/core/request/wire.ts",
  },
  emptyText: {
    question: "an empty text",
    expected: "either; it is never sent",
    source: NONE,
    home: "src/core/validate-texts.ts",
  },
  blankText: {
    question: "a text of spaces",
    expected: "either; it is never sent",
    source: NONE,
    home: "src/core/validate-texts.ts",
  },
  longText: {
    question: "a text beyond the limit",
    expected: "refused, or cut without a word",
    source: "Together's skill says cut, its guide says not to exceed (2026)",
    home: "src/core/embed/embedder.ts",
  },
  mostTexts: {
    question: "texts in one request",
    expected: "512 or more, all answered",
    source: "Together's cookbook sends 1,000",
    home: "src/core/embed/batch-queue.ts",
  },
  rateHeaders: {
    question: "rate headers on success",
    expected: "none",
    source: "Together's rate limit page (2026)",
    home: "src/core/request/retry-policy.ts",
  },
  rerankAnswers: {
    question: "scores through this package",
    expected: "one for each document, best first",
    source: SPECIFICATION,
    home: "src/core/rerank/reranker.ts",
  },
  rerankOrder: {
    question: "order of the results",
    expected: "best first; it is not relied on",
    source: "Together's samples",
    home: "src/core/request/wire.ts",
  },
  scoreRange: {
    question: "range of the scores",
    expected: "0 to 1, or any for some models",
    source: "Together's page on Llama-Rank (2025)",
    home: "src/core/options/options.ts",
  },
  topN: {
    question: "top_n",
    expected: "returns that many, scored the same",
    source: SPECIFICATION,
    home: "src/core/request/wire.ts",
  },
  comparable: {
    question: "scores of a split list",
    expected: "either; an event tells of a split",
    source: NONE,
    home: "src/core/rerank/rerank-run.ts",
  },
  blankDocument: {
    question: "a blank document",
    expected: "either; it is never sent",
    source: NONE,
    home: "src/core/rerank/rank-input.ts",
  },
  longDocument: {
    question: "a document beyond the limit",
    expected: "refused, or cut without a word",
    source: NONE,
    home: "src/core/rerank/rerank-run.ts",
  },
  mostDocuments: {
    question: "documents in one request",
    expected: "1,024 or more, all answered",
    source: "Together's model list (2025-11), for Llama-Rank",
    home: "src/core/options/options.ts",
  },
  rerankUsage: {
    question: "usage of reranking",
    expected: "counted, or null for some models",
    source: SPECIFICATION,
    home: "src/core/request/wire.ts",
  },
} as const satisfies Readonly<Record<string, Assumption>>;

export type AssumptionId = keyof typeof assumptions;

/** What one endpoint did. */
export interface Observation {
  readonly id: AssumptionId;
  /** In words; never a text, a key or a server's message, which may quote one. */
  readonly observed: string;
  /** Whether it is what the package expects; `undefined` where it could not be told. */
  readonly expected: boolean | undefined;
}
