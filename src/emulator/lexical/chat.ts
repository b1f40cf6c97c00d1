import type { ChatMessage } from "../models.js";
import { lexicalScores } from "./bm25.js";

const MAX_SENTENCES = 3;
const MIN_SENTENCE_CHARACTERS = 20;
/** Every sentence is compared with the question, so that a long question would take quadratic time. */
const MAX_QUESTION_CHARACTERS = 4000;
const NO_ANSWER = "The context does not say.";

/** Answers the last question with the sentences of the conversation that share most words with it. */
export function answerFromContext(messages: readonly ChatMessage[]): string {
  const question = lastQuestion(messages);
  const sentences = [...new Set(messages.flatMap(({ content }) => splitSentences(content)))];
  const candidates = sentences.filter((sentence) => !question.includes(sentence) && !sentence.endsWith("?"));
  const scores = lexicalScores(question, candidates, "", { type: "rerank" });
  const ranked = candidates
    .map((sentence, position) => ({ sentence, position, score: scores[position] as number }))
    .toSorted((one, other) => other.score - one.score)
    .slice(0, MAX_SENTENCES);
  const best = ranked[0]?.score ?? 0;
  if (best === 0) return NO_ANSWER;
  // In the order of the text, so that consecutive sentences remain consecutive.
  const chosen = ranked
    .filter(({ score }) => score >= best / 2)
    .toSorted((one, other) => one.position - other.position);
  return chosen.map(({ sentence }) => sentence).join(" ");
}

/** Returns the last question of the last user message, or its last line if it has no question. */
function lastQuestion(messages: readonly ChatMessage[]): string {
  const content = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const lines = content.split("\n").filter((line) => line.trim() !== "");
  const question = lines.findLast((line) => line.trimEnd().endsWith("?")) ?? lines.at(-1) ?? "";
  return question.slice(-MAX_QUESTION_CHARACTERS).replace(/^\s*(?:question|query|q)\s*:\s*/i, "");
}

function splitSentences(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+(?=\p{Lu}|[`"'([])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= MIN_SENTENCE_CHARACTERS);
}
