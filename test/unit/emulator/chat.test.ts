import { describe, expect, it } from "vitest";
import { createEmulator } from "../../../src/emulator/index.js";
import { CHAT, errorOf, post } from "./support.js";

interface Completion {
  object: string;
  model: string;
  choices: { message: { role: string; content: string }; finish_reason: string }[];
  usage: { total_tokens: number };
}

const context = `The llama is a domesticated camelid of South America. It carries loads across the Andes.

Vector stores keep embeddings and find the nearest ones. Cats sleep for most of the day.`;
const question = "What do vector stores keep?";

function ask(body: object): Promise<Response> {
  return post(createEmulator().fetch, "/chat/completions", { model: CHAT, ...body });
}

async function answerTo(messages: unknown): Promise<string> {
  const { choices } = (await (await ask({ messages })).json()) as Completion;
  return choices[0]?.message.content ?? "";
}

describe("POST /v1/chat/completions", () => {
  it.each([
    [
      "a system message and a question",
      [
        { role: "system", content: context },
        { role: "user", content: question },
      ],
    ],
    [
      "one message, the question last",
      [{ role: "user", content: `Context:\n${context}\n\nQuestion: ${question}` }],
    ],
    ["one message, the question first", [{ role: "user", content: `${question}\n\n${context}` }]],
    [
      "a message of several text parts",
      [
        {
          role: "user",
          content: [
            { type: "text", text: context },
            { type: "text", text: question },
          ],
        },
      ],
    ],
  ])("quotes the sentence that answers the question, from %s", async (_, messages) => {
    expect(await answerTo(messages)).toBe("Vector stores keep embeddings and find the nearest ones.");
  });

  it("reports that the context has no answer", async () => {
    expect(await answerTo([{ role: "user", content: `${context}\n\nWho invented chess?` }])).toBe(
      "The context does not say.",
    );
  });

  it("returns the fields of Together's specification", async () => {
    const response = (await (
      await ask({ messages: [{ role: "user", content: question }], temperature: 0 })
    ).json()) as Completion;
    expect(response).toMatchObject({
      object: "chat.completion",
      model: CHAT,
      prompt: [],
      choices: [{ finish_reason: "stop" }],
    });
    expect(response.usage.total_tokens).toBeGreaterThan(5);
  });

  it("streams the same text as server-sent events", async () => {
    const messages = [{ role: "user", content: `${context}\n${question}` }];
    const response = await ask({ messages, stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const events = (await response.text()).split("\n\n").filter(Boolean);
    expect(events.at(-1)).toBe("data: [DONE]");
    type Chunk = { object: string; choices: { delta: { content: string }; finish_reason: string | null }[] };
    const chunks = events.slice(0, -1).map((event) => JSON.parse(event.slice("data: ".length)) as Chunk);
    expect(chunks.length).toBeGreaterThan(5);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content).join("")).toBe(await answerTo(messages));
    expect(chunks.at(-1)).toMatchObject({
      object: "chat.completion.chunk",
      choices: [{ finish_reason: "stop" }],
    });
  });

  it.each([false, true])("returns usage: null for the fault usage-null (stream: %s)", async (stream) => {
    const { fetch } = createEmulator({ faults: ["usage-null"] });
    const messages = [{ role: "user", content: question }];
    const text = await (await post(fetch, "/chat/completions", { model: CHAT, messages, stream })).text();
    expect(text).toContain('"usage":null');
    expect(text).not.toContain("total_tokens");
  });

  it("returns the text of the chat option", async () => {
    const { fetch } = createEmulator({ chat: async (messages, model) => `${messages.length} for ${model}` });
    const response = await post(fetch, "/chat/completions", {
      model: CHAT,
      messages: [{ role: "user", content: "?" }],
    });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: `1 for ${CHAT}` } }] });
  });

  it.each([
    ["a body without messages", {}, "Missing required argument: messages"],
    ["an empty list of messages", { messages: [] }, "Messages cannot be empty"],
    [
      "a message that is a string",
      { messages: ["hello"] },
      "Invalid argument messages: expected a list of messages with role and content",
    ],
    [
      "an unknown argument",
      { messages: [{ role: "user", content: "?" }], topK: 1 },
      "Unrecognized request arguments supplied: topK",
    ],
  ])("rejects %s with a 400", async (_, body, message) => {
    expect(await errorOf(ask(body))).toMatchObject({ status: 400, error: { message } });
  });
});
