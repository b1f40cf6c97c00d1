import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../src/emulator/index.js";
import { EMBEDDING } from "./support.js";

let emulator: Emulator;
let server: EmulatorServer;

beforeAll(async () => {
  emulator = createEmulator();
  server = await emulator.listen();
});

afterAll(() => server.close());

describe("CORS of listen()", () => {
  it("allows all requested headers of a preflight, without a key and without a log entry", async () => {
    const answer = await fetch(`${server.url}/embeddings`, {
      method: "OPTIONS",
      headers: {
        origin: "http://localhost:5173",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-os",
      },
    });
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization,content-type,x-stainless-os",
    });
    expect(emulator.requests).toEqual([]);
  });

  it.each([
    ["a response", "Bearer key", 200],
    ["an error", "none", 401],
  ])("exposes %s and all its headers to pages", async (_, authorization, status) => {
    const answer = await fetch(`${server.url}/embeddings`, {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify({ model: EMBEDDING, input: "a text" }),
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).toBe("*");
  });
});
