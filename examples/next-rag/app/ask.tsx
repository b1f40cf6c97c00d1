"use client";

import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useState } from "react";
import type { AnswerMessage } from "../lib/message";
import { Sources } from "./sources";

const EXAMPLE = "When does a tool call need approval from the user?";

const transport = new DefaultChatTransport<AnswerMessage>({
  api: "/api/ask",
  prepareSendMessagesRequest: ({ messages }) => ({ body: { question: textOf(messages.at(-1)) } }),
});

/** The form, the streamed answer, and its sources. Each question replaces the previous one. */
export function Ask() {
  const [question, setQuestion] = useState(EXAMPLE);
  const { messages, setMessages, sendMessage, status, stop, error } = useChat<AnswerMessage>({ transport });
  const busy = status === "submitted" || status === "streaming";
  const answer = messages.find(({ role }) => role === "assistant");
  const sources = answer?.parts.find((part) => part.type === "data-sources")?.data;

  async function ask(): Promise<void> {
    setMessages([]);
    await sendMessage({ text: question });
  }

  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void ask();
        }}
      >
        <label htmlFor="question">Question</label>
        <div className="row">
          <input
            id="question"
            value={question}
            onChange={(event) => setQuestion(event.target.value)}
            maxLength={1000}
            autoComplete="off"
            required
          />
          {busy ? (
            <button key="stop" type="button" onClick={() => void stop()}>
              Stop
            </button>
          ) : (
            <button key="ask" type="submit">
              Ask
            </button>
          )}
        </div>
      </form>
      <p role="status">{STATUS[status]}</p>
      {error && <p role="alert">{error.message}</p>}
      {answer && (
        <section aria-labelledby="answer" aria-busy={busy}>
          <h2 id="answer">Answer</h2>
          <p className="answer">{textOf(answer)}</p>
        </section>
      )}
      {sources && <Sources sources={sources} />}
    </>
  );
}

const STATUS = { ready: "", submitted: "Searching …", streaming: "Answering …", error: "" };

function textOf(message: AnswerMessage | undefined): string {
  return message?.parts.map((part) => (part.type === "text" ? part.text : "")).join("") ?? "";
}
