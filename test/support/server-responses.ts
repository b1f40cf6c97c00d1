/**
 * The responses of servers to two texts or two documents, in their documented form (looked up 2026-11). Vectors are
 * shortened to two numbers.
 */

/** A response: JSON unless it is plain text. */
export interface ServerResponse {
  readonly status?: number;
  readonly body: object | string;
}

/** A server's responses per path; `undefined` if it has no such path. */
export interface ServerResponses {
  readonly embeddings?: readonly ServerResponse[];
  readonly rerank?: readonly ServerResponse[];
  readonly source: string;
}

/** Two vectors as each server sends them, and as the client returns them. */
export const VECTORS = [
  [0.5, -1],
  [0.25, 2],
];

/** The scores of two documents as each server sends them: the second document is better. */
export const SCORES = [0.25, 0.75];

const base64 = VECTORS.map((vector) => Buffer.from(new Float32Array(vector).buffer).toString("base64"));
const usage = { prompt_tokens: 8, total_tokens: 8 };
const id = "a1b2";
const created = 1_790_000_000;

/** Returns items in OpenAI's form. */
const items = (embeddings: readonly unknown[] = VECTORS) =>
  embeddings.map((embedding, index) => ({ object: "embedding", index, embedding }));

/** Results in the form of Cohere and Jina: the best first. */
const results = SCORES.map((relevance_score, index) => ({ index, relevance_score })).toReversed();

const openai = (model: string, embeddings?: readonly unknown[]): ServerResponse => ({
  body: { object: "list", data: items(embeddings), model, usage },
});

/** Responses by server, as in the table of docs/integrations/other-frameworks.md. A server may send any of them. */
export const SERVERS: Readonly<Record<string, ServerResponses>> = {
  OpenAI: {
    embeddings: [openai("text-embedding-3-small"), openai("text-embedding-3-small", base64)],
    source: "https://platform.openai.com/docs/api-reference/embeddings/create",
  },
  vLLM: {
    embeddings: [VECTORS, base64].map((embeddings) => ({
      body: {
        id: `embd-${id}`,
        object: "list",
        created,
        model: "intfloat/e5-small",
        data: items(embeddings),
        usage: { ...usage, completion_tokens: 0, prompt_tokens_details: null },
      },
    })),
    rerank: [
      {
        body: {
          id: `score-${id}`,
          model: "BAAI/bge-reranker-base",
          usage,
          results: results.map((result) => ({ ...result, document: { text: "a", multi_modal: null } })),
        },
      },
    ],
    source: "https://github.com/vllm-project/vllm/blob/main/vllm/entrypoints/pooling/score/protocol.py",
  },
  Jina: {
    embeddings: [
      { body: { model: "jina-embeddings-v3", object: "list", usage: { total_tokens: 8 }, data: items() } },
    ],
    rerank: [
      { body: { model: "jina-reranker-v2-base-multilingual", object: "list", usage, results } },
      { body: { usage, results: results.map((result) => ({ ...result, document: { text: "a" } })) } },
    ],
    source: "https://api.jina.ai/docs",
  },
  "Cohere, compatibility API": {
    embeddings: [openai("embed-v4.0"), openai("embed-v4.0", base64)],
    source: "https://docs.cohere.com/docs/compatibility-api",
  },
  "Cohere, /v1": {
    rerank: [
      { body: { id, results, meta: { api_version: { version: "1" }, billed_units: { search_units: 1 } } } },
    ],
    source: "https://docs.cohere.com/v1/reference/rerank",
  },
  "Cohere, /v2": {
    // Recorded with another parameter, in https://github.com/HKUDS/LightRAG/issues/1813.
    rerank: [
      {
        status: 422,
        body: {
          id,
          message:
            "unknown field: parameter 'return_documents' is not a valid field. For proper usage, please refer to https://docs.cohere.com/reference/rerank",
        },
      },
    ],
    source: "https://docs.cohere.com/reference/rerank",
  },
  Infinity: {
    embeddings: [
      {
        body: {
          object: "list",
          data: items(),
          model: "BAAI/bge-small-en-v1.5",
          usage,
          id: `infinity-${id}`,
          created,
        },
      },
    ],
    rerank: [
      {
        body: {
          object: "rerank",
          results: results.map((result) => ({ ...result, document: null })),
          model: "mixedbread-ai/mxbai-rerank-xsmall-v1",
          usage,
          id: `infinity-${id}`,
          created,
        },
      },
    ],
    source:
      "https://github.com/michaelfeil/infinity/blob/main/libs/infinity_emb/infinity_emb/fastapi_schemas/pymodels.py",
  },
  "Text Embeddings Inference (TEI)": {
    embeddings: [openai("thenlper/gte-base"), openai("thenlper/gte-base", base64)],
    rerank: [
      {
        status: 422,
        body: "Failed to deserialize the JSON body into the target type: missing field `texts` at line 1 column 80",
      },
    ],
    source: "https://github.com/huggingface/text-embeddings-inference/blob/main/docs/openapi.json",
  },
  Voyage: {
    embeddings: [VECTORS, base64].map((embeddings) => ({
      body: {
        object: "list",
        data: items(embeddings),
        model: "voyage-3.5",
        usage: { total_tokens: 8 },
      },
    })),
    rerank: [{ body: { object: "list", data: results, model: "rerank-2.5", usage: { total_tokens: 8 } } }],
    source: "https://docs.voyageai.com/reference/reranker-api",
  },
  Ollama: {
    embeddings: [openai("nomic-embed-text"), openai("nomic-embed-text", base64)],
    source: "https://docs.ollama.com/api/openai-compatibility",
  },
  "Ollama without /v1": {
    embeddings: [{ status: 404, body: "404 page not found" }],
    source: "https://docs.ollama.com/api/openai-compatibility",
  },
};

/** Responses in server-specific forms, by the names in the second table. */
export const OWN_FORMS: Readonly<Record<string, Omit<ServerResponses, "source">>> = {
  "TEI, /embed": { embeddings: [{ body: VECTORS }] },
  "TEI, /rerank": { rerank: [{ body: SCORES.map((score, index) => ({ index, score })).toReversed() }] },
  "Ollama, /api/embed": {
    embeddings: [
      { body: { model: "all-minilm", embeddings: VECTORS, total_duration: 14143917, prompt_eval_count: 8 } },
    ],
  },
  "Cohere, /v2/embed": {
    embeddings: [
      {
        body: {
          id,
          embeddings: { float: VECTORS },
          texts: ["a", "b"],
          meta: { api_version: { version: "2" } },
        },
      },
    ],
  },
};

/** How Jina rejects `encoding_format` (https://github.com/QuantumNous/new-api/issues/1941, MaxKB/issues/2639). */
export const JINA_REJECTIONS: readonly ServerResponse[] = [
  {
    status: 422,
    body: {
      detail:
        "[ValidationError(field='body -> jina-embeddings-v3 -> encoding_format', message='Extra inputs are not permitted')]",
      errors: [
        {
          field: "body -> jina-embeddings-v3 -> encoding_format",
          message: "Extra inputs are not permitted",
          type: "extra_forbidden",
          input: "base64",
        },
      ],
    },
  },
  { status: 400, body: { detail: "extra fields not permitted: ['encoding_format']" } },
];
