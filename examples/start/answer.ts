import type { DocumentInterface } from "@langchain/core/documents";
import { RunnableLambda } from "@langchain/core/runnables";
import Together from "together-ai";
import type { Connection } from "./connection.js";

/** The input of the last step of the chain. */
interface Found {
  readonly question: string;
  readonly passages: readonly DocumentInterface[];
}

/** Returns the last step of the chain. It asks a chat model to answer from the passages alone. */
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
