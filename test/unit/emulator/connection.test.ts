import { describe, expect, it } from "vitest";
import { createEmulator, type Fault } from "../../../src/emulator/index.js";
import { embed, emulatorWith, type EmbeddingsJson } from "./support.js";

const texts = ["one", "two", "three", "four"];

function askWith(fault: Fault, init?: RequestInit): Promise<Response> {
  return embed(createEmulator({ faults: [fault] }).fetch, texts, {}, init);
}

describe("connection faults", () => {
  it("rejects with the error of Node's fetch for reset", async () => {
    const lost = await askWith("reset").catch((error: unknown) => error as TypeError);
    expect(lost).toBeInstanceOf(TypeError);
    expect(lost).toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });
  });

  it("loses the connection in the middle of the body for cut", async () => {
    const response = await askWith("cut");
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toMatchObject({
      message: "terminated",
      cause: { code: "ECONNRESET" },
    });
  });

  it("ends the response in the middle of the body for half", async () => {
    const text = await (await askWith("half")).text();
    expect(text).toMatch(/^{"object":"list"/);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  it("spreads the body over bodyDuration milliseconds", async () => {
    const before = performance.now();
    const response = await askWith({ bodyDuration: 60 });
    expect(((await response.json()) as EmbeddingsJson).data).toHaveLength(4);
    expect(performance.now() - before).toBeGreaterThanOrEqual(55);
  });

  it("delays a response that is itself a fault", async () => {
    const before = performance.now();
    expect((await askWith({ delay: 30, status: 500 })).status).toBe(500);
    expect(performance.now() - before).toBeGreaterThanOrEqual(29);
  });

  it("redirects to another origin, in each redirect mode of fetch", async () => {
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

  it("rejects a redirect loop", async () => {
    const { ask } = emulatorWith({ faults: () => "redirect" });
    await expect(ask()).rejects.toMatchObject({ cause: { message: "redirect count exceeded" } });
  });
});

describe("aborted request", () => {
  const reason = new Error("aborted by the test");

  it("rejects before the request is sent", async () => {
    const { emulator, ask } = emulatorWith();
    await expect(ask("text", {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(emulator.requests).toEqual([]);
  });

  it.each<[string, Fault]>([
    ["hang", "hang"],
    ["delay", { delay: 60_000 }],
  ])("rejects during the fault %s", async (_, fault) => {
    const stop = new AbortController();
    const response = askWith(fault, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 5);
    await expect(response).rejects.toBe(reason);
  });

  it.each<[string, Fault]>([
    ["endless", "endless"],
    ["bodyDuration", { bodyDuration: 60_000 }],
  ])("rejects while the body is read during the fault %s", async (_, fault) => {
    const stop = new AbortController();
    const response = await askWith(fault, { signal: stop.signal });
    setTimeout(() => stop.abort(reason), 5);
    await expect(response.text()).rejects.toBe(reason);
  });

  it("rejects when the signal of a Request aborts", async () => {
    const stop = new AbortController();
    const { fetch } = createEmulator({ faults: ["hang"] });
    const headers = { authorization: "Bearer key" };
    const response = fetch(new Request("https://x.example/v1/models", { headers, signal: stop.signal }));
    setTimeout(() => stop.abort(reason), 5);
    await expect(response).rejects.toBe(reason);
  });

  it("cancels a body without a signal", async () => {
    const response = await askWith("endless");
    const reader = response.body?.getReader();
    await reader?.read();
    await expect(reader?.cancel()).resolves.toBeUndefined();
  });
});
