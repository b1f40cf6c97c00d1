/** The symptoms in docs/troubleshooting.md are messages and effects that users see. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createEmulator, type EmulatorOptions } from "../../../src/emulator/index.js";
import { Embedder, TogetherError, type EmbedderOptions, type TogetherEvent } from "../../../src/index.js";
import { rejection } from "../../support/emulate.js";
import { timed, useVirtualTime } from "../../support/time.js";
import { ROOT } from "./blocks.js";

const PAGE = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");
const SYMPTOMS = [...PAGE.matchAll(/^## (.+)$/gm)].map(([, heading = ""]) => heading);

interface Failure {
  readonly server?: EmulatorOptions;
  readonly options?: Partial<EmbedderOptions>;
}

/** The causes of the errors whose messages contain the headings. */
const MESSAGES: Readonly<Record<string, Failure>> = {
  "the model is not served at": { server: { models: {} } },
  "there is no API key": { options: { apiKey: undefined } },
  "is not the API's address, or it has no such model": { options: { baseURL: "https://api.together.ai" } },
  "the response is a web page": { server: { faults: ["html"] } },
  "Together responded with 429": { server: { faults: () => ({ status: 429 }) } },
  "Together responded with 503": { server: { faults: () => ({ status: 503 }) } },
  "no complete response within": { server: { faults: () => "hang" } },
  "the connection failed": { server: { faults: () => "reset" } },
  "is not an option; did you mean": { options: { modelName: "x" } as object },
  "but the model returns vectors of length": { options: { dimensions: 512 } },
};

/** The symptoms that are not messages, and the tests and commands that show them. */
const OTHERS = [
  "The search finds the wrong passages", // below
  "Embedding is slow", // the block about sharing a fetch in docs/guides/rate-limits.md
  "A second run embeds everything again", // below
  "A query takes minutes to fail", // test/integration/docs/times.test.ts
  "error instanceof TogetherError is false", // below
  "A call under fake timers never ends", // below
  "npm warn EBADENGINE", // npm install together-retrieval @langchain/core @langchain/classic, with Node 20
];

/** Creates an embedder with an emulator, and records its events. */
function embedder({ server, options }: Failure): { embedder: Embedder; events: TogetherEvent[] } {
  const events: TogetherEvent[] = [];
  const { fetch } = createEmulator(server);
  const onEvent = (event: TogetherEvent): void => void events.push(event);
  const given = { model: "BAAI/bge-large-en-v1.5", apiKey: "any", fetch, onEvent, ...options };
  return { embedder: new Embedder(given), events };
}

describe("docs/troubleshooting.md", () => {
  useVirtualTime();

  it("lists the symptoms that are tested, each with a cause and a fix", () => {
    expect(SYMPTOMS).toEqual([...Object.keys(MESSAGES), ...OTHERS]);
    const sections = PAGE.split(/^## /m).slice(1);
    const complete = sections.filter((text) => /^\*\*Cause\.\*\* .+\n\n\*\*Fix\.\*\* /m.test(text));
    expect(complete.length).toBe(SYMPTOMS.length);
  });

  it.each(Object.entries(MESSAGES))("begins with words of an error: %s", async (symptom, failure) => {
    const call = async (): Promise<unknown> => embedder(failure).embedder.embed(["Rust eats iron."]);
    const ended = rejection(call());
    await timed(ended);
    expect(((await ended) as TogetherError).message).toContain(symptom);
  });

  it("names the event of a query without a prefix", async () => {
    const models = { "acme/e5": { type: "embedding", dimensions: 8 } } as const;
    const without = embedder({ server: { models }, options: { model: "acme/e5" } });
    await without.embedder.embedQuery("How do bees live?");
    expect(without.events.map(({ type }) => type)).toContain("model-unknown");
  });

  it("names what the cache's entries belong to", async () => {
    const table = new Map<string, Uint8Array>();
    const cache = {
      mget: async (keys: string[]) => keys.map((key) => table.get(key)),
      mset: async (entries: [string, Uint8Array][]) => {
        for (const [key, value] of entries) table.set(key, value);
      },
    };
    const variants: Partial<EmbedderOptions>[] = [
      {},
      {},
      { baseURL: "https://gateway.example/v1" },
      { model: "thenlper/gte-large" },
      { documentPrefix: "passage: " },
      { cache: { store: cache, namespace: "two" } },
    ];
    const hits: number[] = [];
    for (const options of variants) {
      const run = embedder({ options: { cache, ...options } });
      await run.embedder.embed(["Rust eats iron."]);
      hits.push(...run.events.flatMap((event) => (event.type === "cache-lookup" ? event.hits : [])));
    }
    expect(hits).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it("names two builds with different classes", () => {
    const built = createRequire(import.meta.url)(
      "../../../dist/index.cjs",
    ) as typeof import("../../../src/index.js");
    const { error } = catching(() => new built.Embedder({ model: "" }));
    expect(error instanceof TogetherError).toBe(false);
    expect(built.isTogetherError(error)).toBe(true);
  });

  it("names a delay that only the fake clock ends", async () => {
    const { embedder: waiting } = embedder({ server: { faults: [{ status: 503 }] } });
    let ended = false;
    const call = waiting.embed(["Rust eats iron."]).then(() => (ended = true));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    await timed(call);
    expect(ended).toBe(true);
  });
});

function catching(action: () => unknown): { error: unknown } {
  try {
    action();
  } catch (error) {
    return { error };
  }
  return { error: undefined };
}
