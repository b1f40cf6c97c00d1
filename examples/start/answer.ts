import type { DocumentInterface } from "@langchain/core/documents";
import { RunnableLambda } from "@langchain/core/runnables";
import Together from "together-ai";
import type { Connection } from "./connection.js";

/** What the last step of the chain is given. */
interface Found {
  readonly question: string;
  readonly passages: readonly DocumentInterface[];
}

/** A chain's last step: asks a chat model, with the passages as all that it may know. */
export function answerWith(model: string, connection: Connection): RunnableLambda<Found, string> {
  const client = new Together(connection);
  return RunnableLambda.from(async ({ question, passages }: Found) => {
    const context = passages.map(({ pageContent }) => pageContent).join("\n\n---\n\n");
    const completion = await client.chat.completions.create({
      model,
      messages: [
        {
          role: "system",
          content: `Answer from this context alone, in three sentences or fewer:\n\n${context}`,
        },
        { role: "user", content: question },
      ],
    });
    return completion.choices[0]?.message?.content ?? "";
  });
}
