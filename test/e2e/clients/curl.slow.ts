import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { CHAT, EMBEDDING, KEY, PROMPT, QUERY, RERANK, serving, STATUSES, TEXTS } from "./support.js";

const execute = promisify(execFile);
const here = serving();

/** @returns the body, then the status in a line of its own. */
async function curl(path: string, body?: object, key = KEY): Promise<[body: string, status: number]> {
  const args = ["--silent", "--write-out", "\n%{http_code}", "--header", `Authorization: Bearer ${key}`];
  const sending = body ? ["--json", JSON.stringify(body)] : [];
  const { stdout } = await execute("curl", [...args, ...sending, `${here.url}${path}`]);
  const end = stdout.lastIndexOf("\n");
  return [stdout.slice(0, end), Number(stdout.slice(end + 1))];
}

describe("curl", () => {
  it("embeds, as floats and as base64", async () => {
    const [floats, status] = await curl("/embeddings", { model: EMBEDDING, input: TEXTS });
    const [base64] = await curl("/embeddings", { model: EMBEDDING, input: TEXTS, encoding_format: "base64" });
    expect(status).toBe(200);
    expect(JSON.parse(floats)).toMatchObject({ data: [{ index: 0 }, { index: 1 }, { index: 2 }] });
    expect(JSON.parse(base64)).toMatchObject({
      data: [{ embedding: expect.stringMatching(/^[\w+/]+=*$/) as string }, {}, {}],
    });
  });

  it("reranks", async () => {
    const [answer] = await curl("/rerank", { model: RERANK, query: QUERY, documents: TEXTS });
    expect(JSON.parse(answer)).toMatchObject({ results: [{ index: 1 }, {}, {}] });
  });

  it("lists the models", async () => {
    const [answer] = await curl("/models");
    expect(JSON.parse(answer)).toEqual(expect.arrayContaining([expect.objectContaining({ id: EMBEDDING })]));
  });

  it("streams a chat as server-sent events", async () => {
    const messages = [{ role: "user", content: PROMPT }];
    const [answer] = await curl("/chat/completions", { model: CHAT, messages, stream: true });
    expect(
      answer
        .trim()
        .split("\n\n")
        .every((event) => event.startsWith("data: ")),
    ).toBe(true);
    expect(answer.trim().endsWith("data: [DONE]")).toBe(true);
  });

  it("receives 401 for a wrong key", async () => {
    const [answer, status] = await curl("/models", undefined, "wrong");
    expect([JSON.parse(answer), status]).toMatchObject([{ error: { code: "invalid_api_key" } }, 401]);
  });

  it.each(STATUSES)("receives a %i with Together's message", async (status) => {
    here.emulator.setFaults([{ status }]);
    const [answer, seen] = await curl("/embeddings", { model: EMBEDDING, input: "a" });
    expect(seen).toBe(status);
    expect(JSON.parse(answer)).toMatchObject({ id: expect.any(String) as string, error: { param: null } });
  });
});
