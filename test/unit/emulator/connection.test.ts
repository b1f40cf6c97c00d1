import { describe, expect, it } from "vitest";
import { createEmulator, type Fault } from "../../../src/emulator/index.js";
import { embed, emulatorWith, type EmbeddingsJson } from "./support.js";

const texts = ["one", "two", "three", "four"];

function askWith(fault: Fault, init?: RequestInit): Promise<Response> {
  return embed(createEmulator({ faults: [fault] }).fetch, texts, {}, init);
}

describe("faults of the connection", () => {
  it("lose it before the answer, as Node's fetch says it", async () => {
    const lost = await askWith("reset").catch((error: unknown) => error as TypeError);
    expect(lost).toBeInstanceOf(TypeError);
    expect(lost).toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });
  });

  it("lose it in the middle of the body", async () => {
    const response = await askWith("cut");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({
      message: "terminated",
      cause: { code: "ECONNRESET" },
    });
  });

  it("end the body in its middle", async () => {
    const text = await (await askWith("half")).text();
    expect(text).toMatch(/^{"object":"list"/);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it("spread the body over time", async () => {
    const before = performance.now();
    const response = await askWith({ bodyDuration: 60 });
    expect(((await response.json()) as EmbeddingsJson).data).toHaveLength(4);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  it("make an answer wait, also one that is a fault itself", async () => {
    const before = performance.now();
    expect((await askWith({ delay: 30, status: 500 })).status).toBe(500);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  it("send it to another origin: followed, refused or handed over, as the client wants", async () => {
    const { emulator, ask } = emulatorWith({
      faults: ["redirect", "ok", "redirect", { kind: "redirect", location: "/v1/elsewhere" }],
    });
    expect((await ask("text")).status).toBe(200);
    expect(emulator.requests.map(({ origin }) => origin)).toEqual([
      "https://api.together.ai",
      "https://elsewhere.example",
    ]);
    await expect(ask("text", {}, { redirect: "error" })).rejects.toThrow(TypeError);
    const manual = await ask("text", {}, { redirect: "manual" });
    expect([manual.status, manual.headers.get("location")]).toEqual([307, "/v1/elsewhere"]);
  });

  it("give up a redirect that leads in circles", async () => {
    const { ask } = emulatorWith({ faults: () => "redirect" });
    await expect(ask()).rejects.toMatchObject({ cause: { message: "redirect count exceeded" } });
  });
});

describe("abort", () => {
  const reason = new Error("changed my mind");

  it("is heard before a request is sent", async () => {
    const { emulator, ask } = emulatorWith();
    await expect(ask("text", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toEqual([]);
  });

  it.each<[string, Fault]>([
    ["before an answer that never comes", "hang"],
    ["during a delay", { delay: 60_000 }],
  ])("is heard %s", async (_, fault) => {
    const stop = new AbortController();
    const answer = askWith(fault, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 5);
    await expect(answer).rejects.toBe(reason);
  });

  it.each<[string, Fault]>([
    ["that never ends", "endless"],
    ["that is slow", { bodyDuration: 60_000 }],
  ])("is heard while a body is read %s", async (_, fault) => {
    const stop = new AbortController();
    const response = await askWith(fault, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 5);
    await expect(response.text()).rejects.toBe(reason);
  });

  it("is heard from the signal of a Request, too", async () => {
    const stop = new AbortController();
    const { fetch } = createEmulator({ faults: ["hang"] });
    const headers = { authorization: "Bearer key" };
    const answer = fetch(new Request("https://x.example/v1/models", { headers, signal: stop.signal }));
    setTimeout(() => stop.abort(reason), 5);
    await expect(answer).rejects.toBe(reason);
  });

  it("of reading a body ends it, without a signal", async () => {
    const response = await askWith("endless");
    const reader = response.body?.getReader();
    await reader?.read();
    await expect(reader?.cancel()).resolves.toBeUndefined();
  });
});
