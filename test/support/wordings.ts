/**
 * Exact error responses of real servers, each with its source: a page or a file (looked up 2026-11). Names of users and
 * projects are removed. Placeholders of source files are replaced by numbers.
 */

/** An error response of a server. */
export interface Wording {
  readonly server: string;
  readonly status: number;
  /** The body: JSON, or plain text. */
  readonly body: object | string;
  readonly source: string;
}

/** A response to a request that is too large. */
export interface TooLarge extends Wording {
  readonly by: "count" | "size" | "unknown";
}

/** Returns OpenAI's error body, which most servers use. */
function openai(
  message: string,
  type = "invalid_request_error",
  code: string | number | null = null,
): object {
  return { error: { message, type, param: null, code } };
}

/** Returns Mistral's error body, and vLLM's until 2025. */
function flat(message: string, type: string, code: string | number | null = null): object {
  return { object: "error", message, type, param: null, code };
}

/** Returns text-embeddings-inference's error body on `/v1/embeddings`. */
function tei(message: string, code: number): object {
  return { message, code, type: "Validation" };
}

/** Returns llama.cpp's error body. */
function llama(code: number, message: string, type: string): object {
  return { error: { code, message, type } };
}

const AZURE =
  "We hope to increase the number of inputs per request soon. Please contact us through an Azure support request at: https://go.microsoft.com/fwlink/?linkid=2213926 for further questions.";
const TEI_SOURCE =
  "https://github.com/huggingface/text-embeddings-inference/blob/main/router/src/http/server.rs";
const LLAMA_SOURCE = "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/server-context.cpp";

export const TOO_LARGE: readonly TooLarge[] = [
  {
    server: "OpenAI",
    status: 400,
    by: "size",
    body: openai(
      "Requested 416735 tokens, max 300000 tokens per request",
      "max_tokens_per_request",
      "max_tokens_per_request",
    ),
    source: "https://github.com/assafelovic/gpt-researcher/issues/1524",
  },
  {
    server: "OpenAI",
    status: 400,
    by: "size",
    body: openai(
      "This model's maximum context length is 8192 tokens, however you requested 51435 tokens (51435 in your prompt; 0 for the completion). Please reduce your prompt; or completion length.",
    ),
    source: "https://github.com/sbintuitions/JMTEB/issues/15",
  },
  {
    server: "OpenAI",
    status: 400,
    by: "size",
    body: openai("Invalid 'input[0]': maximum input length is 8192 tokens"),
    source: "https://github.com/vcmf/dim0/pull/143",
  },
  {
    server: "Azure OpenAI",
    status: 400,
    by: "count",
    body: openai(`Too many inputs. The max number of inputs is 16.  ${AZURE}`),
    source: "https://github.com/Mintplex-Labs/anything-llm/issues/184",
  },
  {
    server: "GitHub Models",
    status: 413,
    by: "size",
    body: openai(
      "Request body too large for text-embedding-3-small model. Max size: 64000 tokens",
      "",
      "tokens_limit_reached",
    ),
    source: "https://github.com/nashtech-garage/ntg-agent/pull/67",
  },
  {
    server: "Voyage",
    status: 400,
    by: "size",
    body: {
      detail:
        "Request to model 'voyage-code-3' failed. The max allowed tokens per submitted batch is 120000. Your batch has 124417 tokens after truncation. Please lower the number of tokens in the batch.",
    },
    source: "https://github.com/VeraTools/vera/pull/18",
  },
  {
    server: "Voyage (rerank)",
    status: 400,
    by: "size",
    body: {
      detail:
        "Request to model 'rerank-1' failed. The max allowed tokens per submitted batch is 100000. Your batch has 145736 tokens after truncation. Please lower the number of tokens in the batch.",
    },
    source: "https://github.com/continuedev/continue/issues/1848",
  },
  {
    server: "Google",
    status: 400,
    by: "count",
    body: {
      error: {
        code: 400,
        message: "* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n",
        status: "INVALID_ARGUMENT",
      },
    },
    source: "https://github.com/langchain-ai/langchainjs/issues/4491",
  },
  {
    server: "Google",
    status: 400,
    by: "size",
    body: [
      {
        error: {
          code: 400,
          message: "Request payload size exceeds the limit: 4194304 bytes.",
          status: "INVALID_ARGUMENT",
        },
      },
    ],
    source: "https://github.com/quarkiverse/quarkus-langchain4j/issues/1705",
  },
  {
    server: "Google",
    status: 400,
    by: "size",
    body: {
      error: {
        code: 400,
        message: "The input token count (25270) exceeds the maximum number of tokens allowed (4000).",
        status: "INVALID_ARGUMENT",
      },
    },
    source: "https://github.com/googleapis/python-genai/issues/2050",
  },
  {
    server: "Vertex AI",
    status: 400,
    by: "count",
    body: { error: { code: 400, message: "250 instance(s) is allowed per prediction. Actual: 512" } },
    source: "https://github.com/onyx-dot-app/onyx/issues/2343",
  },
  {
    server: "Cohere",
    status: 400,
    by: "count",
    body: { message: "invalid request: total number of texts must be at most 96 - received 131" },
    source: "https://github.com/misbahsy/RAGTune/issues/2",
  },
  {
    server: "Jina",
    status: 422,
    by: "count",
    body: {
      detail:
        "[RID: ec422fa8b74c3c20b493406ac1388555] Validation error: 'body -> jina-embeddings-v4' Each input list can contain at most 512 items.. Field errors: : Invalid value",
    },
    source: "https://github.com/langgenius/dify-official-plugins/issues/1997",
  },
  {
    server: "Jina",
    status: 400,
    by: "size",
    body: { detail: "input length is larger than the largest allowed size 2048" },
    source: "https://github.com/refly-ai/refly/issues/831",
  },
  {
    server: "text-embeddings-inference",
    status: 422,
    by: "count",
    body: tei("batch size 33 > maximum allowed batch size 32", 422),
    source: TEI_SOURCE,
  },
  {
    server: "text-embeddings-inference",
    status: 413,
    by: "size",
    body: tei("Input validation error: `inputs` must have less than 512 tokens. Given: 2818", 413),
    source: "https://github.com/1Panel-dev/MaxKB/issues/4296",
  },
  {
    server: "text-embeddings-inference",
    status: 422,
    by: "size",
    body: {
      error: "Input validation error: `inputs` must have less than 32000 characters. Given: 67337",
      error_type: "Validation",
    },
    source: "https://github.com/huggingface/text-embeddings-inference/issues/394",
  },
  {
    server: "text-embeddings-inference",
    status: 413,
    by: "size",
    body: "Failed to buffer the request body: length limit exceeded",
    source: "https://github.com/huggingface/text-embeddings-inference/issues/50",
  },
  {
    server: "vLLM",
    status: 400,
    by: "size",
    body: flat(
      "This model's maximum context length is 512 tokens. However, you requested 1451 tokens in the input for embedding generation. Please reduce the length of the input.",
      "BadRequestError",
      400,
    ),
    source: "https://github.com/vllm-project/vllm/issues/19798",
  },
  {
    server: "vLLM",
    status: 400,
    by: "size",
    body: openai(
      "This model's maximum context length is 512 tokens. Input contains at least 513 tokens.",
      "BadRequestError",
      400,
    ),
    source: "https://github.com/eneo-ai/eneo/issues/340",
  },
  {
    server: "llama.cpp",
    status: 500,
    by: "size",
    body: llama(
      500,
      "input (2793 tokens) is too large to process (current batch size: 2048)",
      "server_error",
    ),
    source: "https://github.com/joryirving/home-ops/pull/9770",
  },
  {
    server: "llama.cpp",
    status: 500,
    by: "size",
    body: llama(
      500,
      "input (992 tokens) is too large to process. increase the physical batch size (current batch size: 512)",
      "server_error",
    ),
    source: "https://github.com/lemonade-sdk/lemonade/issues/3591",
  },
  {
    server: "llama.cpp",
    status: 500,
    by: "size",
    body: llama(500, "input is too large to process. increase the physical batch size", "server_error"),
    source: "https://github.com/ggml-org/llama.cpp/issues/11105",
  },
  {
    server: "llama.cpp",
    status: 400,
    by: "size",
    body: llama(
      400,
      "input (1682 tokens) is larger than the max context size (1024 tokens). skipping",
      "exceed_context_size_error",
    ),
    source: LLAMA_SOURCE,
  },
  {
    server: "llama.cpp",
    status: 400,
    by: "size",
    body: llama(
      400,
      "request (66000 tokens) exceeds the available context size (65536 tokens), try increasing it",
      "exceed_context_size_error",
    ),
    source: LLAMA_SOURCE,
  },
  {
    server: "llama-box",
    status: 500,
    by: "size",
    body: llama(
      500,
      "decoding exceeds the available context size. try increasing the context size.",
      "server_error",
    ),
    source: "https://github.com/gpustack/gpustack/issues/1359",
  },
  {
    server: "llama-box",
    status: 400,
    by: "size",
    body: llama(
      400,
      "Illegal param: prefill 744 tokens exceed n_ctx_per_seq, try increasing total context size, adjusting RoPE, enabling context shifting, reducing parallel or reducing prefill tokens",
      "invalid_request_error",
    ),
    source: "https://github.com/gpustack/gpustack/issues/1845",
  },
  {
    server: "SiliconFlow",
    status: 413,
    by: "count",
    body: { code: 20042, message: "input batch size 136 > maximum allowed batch size 64", data: null },
    source: "https://github.com/apecloud/ApeRAG/issues/716",
  },
  {
    server: "SiliconFlow",
    status: 413,
    by: "size",
    body: { code: 20042, message: "input must have less than 8192 tokens", data: null },
    source: "https://github.com/lxfight/astrbot_plugin_mnemosyne/issues/84",
  },
  {
    server: "DashScope",
    status: 400,
    by: "count",
    body: openai(
      "<400> InternalError.Algo.InvalidParameter: Value error, batch size is invalid, it should not be larger than 10.: input.contents",
      "InvalidParameter",
      "InvalidParameter",
    ),
    source: "https://github.com/memodb-io/memobase/issues/142",
  },
  {
    server: "DashScope",
    status: 400,
    by: "count",
    body: {
      code: "InvalidParameter",
      message: "batch size is invalid, it should not be larger than 25.: payload.input.contents",
    },
    source: "https://github.com/langchain4j/langchain4j/issues/1140",
  },
  {
    server: "DashScope",
    status: 400,
    by: "size",
    body: openai("<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 204800]"),
    source: "https://github.com/QwenLM/qwen-code/issues/98",
  },
  {
    server: "Together",
    status: 400,
    by: "size",
    body: openai("Input validation error: inputs tokens + max_new_tokens must be <= 4097"),
    source: "https://portkey.ai/error-library/input-validation-error-10151",
  },
  {
    server: "Together",
    status: 403,
    by: "size",
    body: openai(
      "The combined total of the Input token count and max_tokens parameter must be less than the context length of the model being queried.",
    ),
    source: "https://support.together.ai/articles/1067567273-error-codes-explanations-and-solutions",
  },
  {
    server: "Mistral",
    status: 400,
    by: "size",
    body: flat("Too many tokens in batch. Max is 16384 got 17555", "invalid_request_error"),
    source: "https://github.com/aurelio-labs/semantic-router/issues/297",
  },
  {
    server: "Mistral",
    status: 400,
    by: "size",
    body: flat("Too many tokens overall, split into more batches.", "invalid_request_prompt", "3210"),
    source: "https://github.com/chroma-core/chroma/pull/5597",
  },
  {
    server: "Mistral",
    status: 400,
    by: "count",
    body: flat("Too many inputs in request, split into more batches.", "invalid_request_prompt", "3210"),
    source: "https://github.com/raphaelmansuy/edgequake-llm/pull/74",
  },
  {
    server: "Bedrock",
    status: 400,
    by: "size",
    body: {
      message:
        "400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 9875 ",
    },
    source: "https://github.com/aws-samples/amazon-bedrock-workshop/issues/136",
  },
  {
    server: "Bedrock",
    status: 400,
    by: "size",
    body: {
      message:
        "Malformed input request: expected maxLength: 50000, actual: 160000, please reformat your input and try again.",
    },
    source: "https://github.com/alphagov/govuk-chat/pull/220",
  },
  {
    server: "Ollama",
    status: 400,
    by: "size",
    body: { error: "the input length exceeds the context length" },
    source: "https://github.com/nano-step/nano-brain/issues/208",
  },
  {
    server: "Ollama",
    status: 400,
    by: "size",
    body: { error: "input length exceeds maximum context length" },
    source: "https://github.com/n8n-io/n8n/issues/11144",
  },
  {
    server: "NVIDIA NIM",
    status: 400,
    by: "size",
    body: { error: "Input length 576 exceeds maximum allowed token size 512" },
    source: "https://github.com/run-llama/llama_index/issues/15180",
  },
  {
    server: "FastAPI",
    status: 422,
    by: "count",
    body: {
      detail: [
        {
          type: "too_long",
          loc: ["body", "input"],
          msg: "List should have at most 2048 items after validation, not 3000",
          input: ["the list"],
        },
      ],
    },
    source: "https://docs.pydantic.dev/latest/errors/validation_errors/#too_long",
  },
  {
    server: "nginx",
    status: 413,
    by: "unknown",
    body: "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
    source: "https://github.com/nginx/nginx/blob/master/src/http/ngx_http_special_response.c",
  },
];

/** A response to a request that is rejected for another reason. */
export interface Rejected extends Wording {
  readonly code: "bad_request" | "permission_denied" | "model_unavailable";
}

export const REJECTED: readonly Rejected[] = [
  {
    server: "OpenAI",
    status: 400,
    code: "bad_request",
    body: openai("This model does not support specifying dimensions."),
    source: "https://github.com/SciPhi-AI/R2R/pull/768",
  },
  {
    // OpenAI sends the same response for too many texts and for a blank text.
    server: "OpenAI",
    status: 400,
    code: "bad_request",
    body: openai(
      "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
    ),
    source: "https://github.com/embeddings-benchmark/mteb/issues/1200",
  },
  {
    server: "OpenAI",
    status: 403,
    code: "permission_denied",
    body: openai(
      "Country, region, or territory not supported",
      "request_forbidden",
      "unsupported_country_region_territory",
    ),
    source: "https://github.com/home-assistant/core/issues/120072",
  },
  {
    server: "OpenAI",
    status: 403,
    code: "model_unavailable",
    body: openai(
      "Project `proj_0` does not have access to model `text-embedding-ada-002`",
      "invalid_request_error",
      "model_not_found",
    ),
    source: "https://github.com/letta-ai/letta/issues/1634",
  },
  {
    server: "Together",
    status: 400,
    code: "bad_request",
    body: openai("Unrecognized request arguments supplied: dimensions"),
    source: "https://github.com/ogx-ai/ogx/pull/3559",
  },
  {
    server: "Together",
    status: 400,
    code: "model_unavailable",
    body: openai(
      "Unable to access non-serverless model BAAI/bge-large-en-v1.5. Please visit https://api.together.ai/models/BAAI/bge-large-en-v1.5 to create and start a new dedicated endpoint for the model.",
      "invalid_request_error",
      "model_not_available",
    ),
    source: "https://github.com/HeyPuter/puter/issues/3168",
  },
  {
    server: "Google",
    status: 400,
    code: "bad_request",
    body: {
      error: {
        code: 400,
        message: "User location is not supported for the API use.",
        status: "FAILED_PRECONDITION",
      },
    },
    source: "https://github.com/google-gemini/gemini-cli/issues/24641",
  },
  {
    server: "Google",
    status: 400,
    code: "bad_request",
    body: {
      error: {
        code: 400,
        message: "Should provide instances for text model prediction.",
        status: "INVALID_ARGUMENT",
      },
    },
    source: "https://github.com/googleapis/js-genai/issues/763",
  },
  {
    server: "Google",
    status: 403,
    code: "permission_denied",
    body: {
      error: { code: 403, message: "The caller does not have permission", status: "PERMISSION_DENIED" },
    },
    source: "https://github.com/google-gemini/gemini-cli/issues/25754",
  },
  {
    server: "Google",
    status: 403,
    code: "permission_denied",
    body: {
      error: {
        code: 403,
        message:
          "Generative Language API has not been used in project 411082643095 before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/generativelanguage.googleapis.com/overview?project=411082643095 then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.",
        status: "PERMISSION_DENIED",
      },
    },
    source: "https://github.com/google-gemini/deprecated-generative-ai-python/issues/10",
  },
  {
    server: "Cohere",
    status: 400,
    code: "bad_request",
    body: { message: "invalid request: valid input_type must be provided with the provided model" },
    source: "https://github.com/cohere-ai/cohere-python/issues/614",
  },
  {
    server: "DashScope",
    status: 400,
    code: "bad_request",
    body: { code: "Arrearage", message: "Access denied, please make sure your account is in good standing." },
    source: "https://github.com/tencentmusic/supersonic/issues/1572",
  },
  {
    server: "vLLM",
    status: 400,
    code: "bad_request",
    body: flat("dimensions is currently not supported", "BadRequestError", 400),
    source: "https://github.com/vllm-project/vllm/issues/15465",
  },
  {
    server: "vLLM",
    status: 400,
    code: "bad_request",
    body: flat(
      'Model "bge-m3" does not support matryoshka representation, changing output dimensions will lead to poor results.',
      "BadRequestError",
      400,
    ),
    source: "https://github.com/mem0ai/mem0/issues/3101",
  },
  {
    server: "llama.cpp",
    status: 400,
    code: "bad_request",
    body: llama(
      400,
      "Pooling type 'none' is not OAI compatible. Please use a different pooling type",
      "invalid_request_error",
    ),
    source: "https://github.com/docker/for-mac/issues/7670",
  },
  {
    server: "text-embeddings-inference",
    status: 400,
    code: "bad_request",
    body: { message: "`inputs` cannot be empty", code: 400, type: "Empty" },
    source: TEI_SOURCE,
  },
  {
    server: "Bedrock",
    status: 400,
    code: "bad_request",
    body: {
      message:
        "Malformed input request: #: required key [texts] not found#: required key [input_type] not found#: extraneous key [inputText] is not permitted, please reformat your input and try again.",
    },
    source: "https://github.com/promptfoo/promptfoo/issues/921",
  },
  {
    server: "SiliconFlow",
    status: 400,
    code: "bad_request",
    body: { message: "Model does not exist. Please check it carefully." },
    source: "https://github.com/anyme123/Any-code/issues/1",
  },
  {
    server: "Hugging Face",
    status: 403,
    code: "permission_denied",
    body: {
      error:
        "This authentication method does not have sufficient permissions to call Inference Providers on behalf of user",
    },
    source: "https://github.com/huggingface/agents-course/issues/558",
  },
  {
    server: "GPUStack",
    status: 403,
    code: "permission_denied",
    body: { error: { message: "Model not found", code: 403, type: "Forbidden" } },
    source: "https://github.com/gpustack/gpustack/issues/4114",
  },
  {
    server: "AiHubMix",
    status: 403,
    code: "permission_denied",
    body: openai(
      "Your account balance is insufficient. Please recharge your account to continue using the API.",
      "Aihubmix_api_error",
      "insufficient_user_quota",
    ),
    source: "https://github.com/666ghj/BettaFish/issues/582",
  },
  {
    server: "Jina",
    status: 403,
    code: "permission_denied",
    body: { detail: "Resource limit exceeded for your plan" },
    source: "https://api.jina.ai/openapi.json",
  },
  {
    server: "Anthropic",
    status: 403,
    code: "permission_denied",
    body: { error: { type: "forbidden", message: "Request not allowed" } },
    source: "https://github.com/enricoros/big-AGI/issues/176",
  },
];

/** Returns the test title of a response. */
export function titleOf({ server, status, body }: Wording): string {
  return `${server}, ${status}: ${JSON.stringify(body).slice(0, 120)}`;
}
