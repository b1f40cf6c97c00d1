import { createUIMessageStream, createUIMessageStreamResponse, smoothStream, streamText } from "ai";
import { isTogetherError } from "together-retrieval/ai-sdk";
import type { AnswerMessage } from "../../../lib/message";
import { getModels } from "../../../lib/models";
import { search, type Source } from "../../../lib/search";

const MAX_QUESTION_CHARACTERS = 1000;

/** Streams the sources, then the answer. */
export async function POST(request: Request): Promise<Response> {
  const question = await questionFrom(request);
  if (question === undefined) return new Response("Cannot answer: there is no question.", { status: 400 });
  const abortSignal = request.signal;
  const stream = createUIMessageStream<AnswerMessage>({
    onError: describeError,
    async execute({ writer }) {
      const models = getModels();
      const sources = await search(question, models, abortSignal);
      writer.write({ type: "data-sources", data: sources });
      const answer = streamText({
        model: models.language,
        system: instructionsFor(sources),
        prompt: question,
        abortSignal,
        experimental_transform: smoothStream(),
        onError: ({ error }) => console.error(error),
      });
      writer.merge(answer.toUIMessageStream({ onError: describeError }));
    },
  });
  return createUIMessageStreamResponse({ stream });
}

async function questionFrom(request: Request): Promise<string | undefined> {
  const body: unknown = await request.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || !("question" in body)) return undefined;
  const { question } = body;
  return typeof question === "string" && question.trim() !== ""
    ? question.slice(0, MAX_QUESTION_CHARACTERS)
    : undefined;
}

function instructionsFor(sources: readonly Source[]): string {
  const context = sources.map(({ text }, at) => `[${at + 1}] ${text}`).join("\n\n---\n\n");
  return `Answer from this context alone, in three sentences or fewer. Name sources as [1].\n\n${context}`;
}

/** An error of this package contains neither the key nor a text. Other errors stay on the server. */
function describeError(error: unknown): string {
  if (isTogetherError(error)) return error.message;
  console.error(error);
  return "Cannot answer: an error occurred; see the log of the server.";
}
