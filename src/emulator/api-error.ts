import { jsonResponse, type EmulatedResponse } from "./response.js";

interface ApiErrorDetails {
  readonly type?: string;
  readonly param?: string | null;
  readonly code?: string | null;
  /** What Together puts beside the error in a 429. */
  readonly errorType?: string;
  readonly headers?: Record<string, string>;
}

/** A request that is answered with an error, in the body shape that Together's real refusals have. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details: ApiErrorDetails = {},
  ) {
    super(message);
  }

  toResponse(id: string): EmulatedResponse {
    const { type = typeOf(this.status), param = null, code = null, errorType, headers } = this.details;
    const error = { message: this.message, type, param, code };
    return jsonResponse(this.status, { id, error, ...(errorType && { error_type: errorType }) }, headers);
  }
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

/** Together's answers to a missing or mistyped argument are not documented: these say the same in our words. */
export function invalidArgument(message: string, param: string): ApiError {
  return new ApiError(400, message, { param });
}

// The words of the next three are Together's own, as users have pasted them (2024 to 2026).

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

/** In the words of vLLM: what Together says is not documented. */
export function tooManyTokens(most: number, tokens: number): ApiError {
  return new ApiError(
    400,
    `This model's maximum context length is ${most} tokens. However, you requested ${tokens} tokens in the` +
      " input for embedding generation. Please reduce the length of the input.",
  );
}

/** What Together says for a status, when a fault asks for one without saying more. */
export function defaultError(status: number, model = "the model"): { message: string; code: string | null } {
  if (status === 401) return { message: invalidKey().message, code: "invalid_api_key" };
  if (status === 429) return { message: "You have been rate limited. Please slow down.", code: null };
  return { message: sentences[status] ?? `Request for ${model} failed with status ${status}.`, code: null };
}

const sentences: Readonly<Record<number, string>> = {
  400: "Invalid request.",
  402: "Credit limit exceeded. Please visit https://api.together.ai/settings/billing to add credits.",
  403: "Input token count plus max_tokens exceeds the context length.",
  404: "Not found.",
  413: "Payload too large.",
  500: "Unknown server error. Please try again after a brief wait.",
  503: "The server is overloaded or not ready yet.",
  504: "The request timed out.",
};
