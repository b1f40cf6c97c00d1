import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { CHAT, EMBEDDING, KEY, PROMPT, QUERY, RERANK, serveEmulator, STATUSES, TEXTS } from "./support.js";

const execute = promisify(execFile);
const served = serveEmulator();

/** Sends a request with curl, and returns the body and the status. */
async function curl(path: string, body?: object, key = KEY): Promise<[body: string, status: number]> {
  const args = ["--silent", "--write-out", "\n%{http_code}", "--header", `Authorization: Bearer ${key}`];
  const data = body ? ["--json", JSON.stringify(body)] : [];
  const { stdout } = await execute("curl", [...args, ...data, `${served.url}${path}`]);
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
    const [text] = await curl("/rerank", { model: RERANK, query: QUERY, documents: TEXTS });
    expect(JSON.parse(text)).toMatchObject({ results: [{ index: 1 }, {}, {}] });
  });

  it("lists the models", async () => {
    const [text] = await curl("/models");
    expect(JSON.parse(text)).toEqual(expect.arrayContaining([expect.objectContaining({ id: EMBEDDING })]));
  });

  it("streams a chat as server-sent events", async () => {
    const messages = [{ role: "user", content: PROMPT }];
    const [text] = await curl("/chat/completions", { model: CHAT, messages, stream: true });
    expect(
      text
        .trim()
        .split("\n\n")
        .every((event) => event.startsWith("data: ")),
    ).toBe(true);
    expect(text.trim().endsWith("data: [DONE]")).toBe(true);
  });

  it("receives 401 for a wrong key", async () => {
    const [text, status] = await curl("/models", undefined, "wrong");
    expect([JSON.parse(text), status]).toMatchObject([{ error: { code: "invalid_api_key" } }, 401]);
  });

  it.each(STATUSES)("receives a %i with Together's message", async (status) => {
    served.emulator.setFaults([{ status }]);
    const [text, seen] = await curl("/embeddings", { model: EMBEDDING, input: "a" });
    expect(seen).toBe(status);
    expect(JSON.parse(text)).toMatchObject({ id: expect.any(String) as string, error: { param: null } });
  });
});
