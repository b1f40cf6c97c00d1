import {
  BaseLLM,
  extractText,
  type ChatMessage,
  type ChatResponse,
  type ChatResponseChunk,
} from "llamaindex";
import type { LLMChatParamsNonStreaming, LLMChatParamsStreaming, LLMMetadata } from "llamaindex";
import Together from "together-ai";
import type { Connection } from "../start/connection.js";

/** A chat model on Together for LlamaIndex, whose own package for Together is deprecated. */
export class TogetherChat extends BaseLLM {
  readonly metadata: LLMMetadata;
  readonly #client: Together;

  constructor(model: string, connection: Connection) {
    super();
    this.#client = new Together(connection);
    this.metadata = {
      model,
      temperature: 0,
      topP: 1,
      contextWindow: 16_384,
      tokenizer: undefined,
      structuredOutput: false,
    };
  }

  override chat(params: LLMChatParamsStreaming): Promise<AsyncIterable<ChatResponseChunk>>;
  override chat(params: LLMChatParamsNonStreaming): Promise<ChatResponse>;
  override async chat({
    messages,
    stream,
  }: LLMChatParamsStreaming | LLMChatParamsNonStreaming): Promise<
    ChatResponse | AsyncIterable<ChatResponseChunk>
  > {
    const completion = await this.#client.chat.completions.create({
      model: this.metadata.model,
      messages: messages.map(toMessage),
    });
    const content = completion.choices[0]?.message?.content ?? "";
    return stream ? inOnePiece(content) : { message: { role: "assistant", content }, raw: completion };
  }
}

function toMessage({ role, content }: ChatMessage): {
  role: "system" | "user" | "assistant";
  content: string;
} {
  const known = role === "user" || role === "assistant" ? role : "system";
  return { role: known, content: extractText(content) };
}

async function* inOnePiece(delta: string): AsyncIterable<ChatResponseChunk> {
  yield { delta, raw: null };
}
