import type { UIMessage } from "ai";
import type { Source } from "./search";

/** A message with an additional part: the sources of the answer, sent before its first word. */
export type AnswerMessage = UIMessage<never, { sources: readonly Source[] }>;
