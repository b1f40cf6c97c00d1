import { jsonResponse, type EmulatedResponse } from "./response.js";

interface ApiErrorDetails {
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
  /** Together's `error_type` of a 429, at the top of the body. */
  readonly errorType?: string;
  readonly headers?: Record<string, string>;
}

/** An error response in the shape of Together's real ones. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: ApiErrorDetails = {},
  ) {
    super(message);
  }

  /** Converts the error to a response that carries the request's id. */
  toResponse(id: string): EmulatedResponse {
    const { type = defaultType(this.status), param = null, code = null, errorType, headers } = this.details;
    const error = { message: this.message, type, param, code };
    return jsonResponse(this.status, { id, error, ...(errorType && { error_type: errorType }) }, headers);
  }
}

function defaultType(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** Creates a 400 for a missing or mistyped argument. Together's own messages for these are not documented. */
export function invalidArgument(message: string, param: string): ApiError {
  return new ApiError(400, message, { param });
}

// The next three messages are Together's own, as users reported them in public issues (2024 to 2026).

export function unknownModel(model: string): ApiError {
  return new ApiError(
    400,
    `Unable to access non-serverless model ${model}. Please visit https://api.together.ai/models/${model}` +
      " to create and start a new dedicated endpoint for the model.",
    { code: "model_not_available" },
  );
}

export function invalidKey(): ApiError {
  return new ApiError(
    401,
    "Invalid API key provided. You can find your API key at https://api.together.xyz/settings/api-keys.",
    { code: "invalid_api_key" },
  );
}

export function unknownArguments(names: readonly string[]): ApiError {
  return new ApiError(400, `Unrecognized request arguments supplied: ${names.join(", ")}`);
}

/** Creates vLLM's error for a text that is too long. Together's own message is not documented. */
export function tooManyTokens(maxTokens: number, tokens: number): ApiError {
  return new ApiError(
    400,
    `This model's maximum context length is ${maxTokens} tokens. However, you requested ${tokens} tokens in the` +
      " input for embedding generation. Please reduce the length of the input.",
  );
}

/** Returns Together's message and code for a status that a fault sets without details. */
export function defaultError(status: number, model = "the model"): { message: string; code: string | null } {
  if (status === 401) return { message: invalidKey().message, code: "invalid_api_key" };
  if (status === 429) return { message: "You have been rate limited. Please slow down.", code: null };
  return { message: MESSAGES[status] ?? `Request for ${model} failed with status ${status}.`, code: null };
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: "Invalid request.",
  402: "Credit limit exceeded. Please visit https://api.together.ai/settings/billing to add credits.",
  403: "Input token count plus max_tokens exceeds the context length.",
  404: "Not found.",
  413: "Payload too large.",
  500: "Unknown server error. Please try again after a brief wait.",
  503: "The server is overloaded or not ready yet.",
  504: "The request timed out.",
};
