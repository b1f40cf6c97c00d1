import type { ChatMessage } from "../options.js";
import { lexicalScores } from "./bm25.js";

const SENTENCES = 3;
const SHORTEST = 20;
const NOTHING = "The context does not say.";

/** Answers with the sentences of the conversation that have most in common with its last question. */
export function answerFromContext(messages: readonly ChatMessage[]): string {
  const question = questionOf(messages);
  const sentences = [...new Set(messages.flatMap(({ content }) => sentencesOf(content)))];
  const candidates = sentences.filter((sentence) => !question.includes(sentence) && !sentence.endsWith("?"));
  const scores = lexicalScores(question, candidates, "", { type: "rerank" });
  const ranked = candidates
    .map((sentence, place) => ({ sentence, place, score: scores[place] as number }))
    .toSorted((one, other) => other.score - one.score)
    .slice(0, SENTENCES);
  const best = ranked[0]?.score ?? 0;
  if (best === 0) return NOTHING;
  // In the order of the text, which is how they belong together.
  const chosen = ranked
    .filter(({ score }) => score >= best / 2)
    .toSorted((one, other) => one.place - other.place);
  return chosen.map(({ sentence }) => sentence).join(" ");
}

/** The last question that somebody asks, or else the last line they wrote. */
function questionOf(messages: readonly ChatMessage[]): string {
  const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const lines = asked.split("\n").filter((line) => line.trim() !== "");
  const question = lines.findLast((line) => line.trimEnd().endsWith("?")) ?? lines.at(-1) ?? "";
  return question.replace(/^\s*(?:question|query|q)\s*:\s*/i, "");
}

function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?])\s+(?=\p{Lu}|[`"'([])/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= SHORTEST);
}
