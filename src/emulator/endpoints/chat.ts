import { invalidArgument } from "../api-error.js";
import type { ChatMessage } from "../models.js";
import { jsonResponse, type EmulatedResponse } from "../response.js";
import { countTokens } from "../tokens.js";
import { asList, type EmulatedEndpoint, type UsageBody } from "./endpoint.js";
import {
  isBoolean,
  isObject,
  isString,
  optionalArgument,
  rejectTooMany,
  rejectUnknownArguments,
  requiredArgument,
  requireModel,
  requireObject,
  type JsonObject,
} from "./validation.js";

// The fields of Together's specification (2026-04-28). The last line has those that OpenAI's clients add.
const ARGUMENTS = new Set(
  `messages model max_tokens stop temperature top_p top_k context_length_exceeded_behavior repetition_penalty
  stream logprobs echo n min_p presence_penalty frequency_penalty logit_bias seed function_call response_format
  tools tool_choice compliance chat_template_kwargs safety_model reasoning_effort reasoning
  stream_options max_completion_tokens parallel_tool_calls user`.split(/\s+/),
);

/** More than a conversation has; one event loop serves all requests. */
const MAX_MESSAGES = 10_000;

/** `POST /v1/chat/completions` */
export const chat: EmulatedEndpoint = {
  path: "/chat/completions",
  versions: ["v1"],
  method: "POST",
  texts: ({ messages }) => asList(messages),
  prepare(json, settings) {
    const body = requireObject(json);
    requireModel(body, "chat", settings);
    rejectUnknownArguments(body, ARGUMENTS);
    const messages = messagesOf(body);
    rejectTooMany(messages, MAX_MESSAGES, settings);
    const stream = optionalArgument(body, "stream", "a boolean", isBoolean) ?? false;
    const model = body["model"] as string;
    return async ({ id, fault }) => {
      const text = await settings.chat(messages, model);
      const usage = fault.kind === "usage-null" ? null : usageOf(messages, text);
      const fields = { id, model, created: Math.floor(Date.now() / 1000), usage };
      return stream ? eventStream(fields, text) : completion(fields, text);
    };
  },
};

/** The fields that a completion and each of its chunks have in common. */
interface CompletionFields {
  readonly id: string;
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly usage: UsageBody | null;
}

/** @throws {ApiError} 400 if the body has no valid messages. */
function messagesOf(body: JsonObject): ChatMessage[] {
  const expected = "a list of messages with role and content";
  const messages = requiredArgument(
    body,
    "messages",
    expected,
    (value) => Array.isArray(value) && value.every(isMessage),
  );
  if (messages.length === 0) throw invalidArgument("Messages cannot be empty", "messages");
  return messages.map(({ role, content }) => ({ role, content: textOf(content) }));
}

function isMessage(value: unknown): value is { role: string; content: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "role" in value &&
    isString(value.role) &&
    "content" in value &&
    (!Array.isArray(value.content) || value.content.every(isObject))
  );
}

/** Returns the text of a message whose content is a string or a list of parts. */
function textOf(content: unknown): string {
  if (!Array.isArray(content)) return isString(content) ? content : "";
  return content.map((part: { text?: unknown }) => (isString(part.text) ? part.text : "")).join("\n");
}

function completion({ usage, ...fields }: CompletionFields, text: string): EmulatedResponse {
  const message = { role: "assistant", content: text, tool_calls: [] };
  const choices = [{ index: 0, message, finish_reason: "stop", logprobs: null }];
  return jsonResponse(200, { ...fields, object: "chat.completion", prompt: [], choices, usage });
}

/** Returns the text as server-sent events, one per word. */
function eventStream({ usage, ...fields }: CompletionFields, text: string): EmulatedResponse {
  const event = (content: string, finish: string | null): string => {
    const choices = [{ index: 0, delta: { role: "assistant", content }, finish_reason: finish }];
    const chunk = { ...fields, object: "chat.completion.chunk", choices, usage: finish ? usage : null };
    return `data: ${JSON.stringify(chunk)}\n\n`;
  };
  const words = text.match(/\S+\s*|\s+/g) ?? [];
  const body = `${words.map((word) => event(word, null)).join("")}${event("", "stop")}data: [DONE]\n\n`;
  return { status: 200, headers: { "content-type": "text/event-stream" }, body };
}

function usageOf(messages: readonly ChatMessage[], text: string): UsageBody {
  const prompt = messages.reduce((sum, { content }) => sum + countTokens(content), 0);
  const completed = countTokens(text);
  return { prompt_tokens: prompt, completion_tokens: completed, total_tokens: prompt + completed };
}
