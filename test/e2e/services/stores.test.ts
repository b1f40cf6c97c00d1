import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Embedder } from "together-retrieval";
import { createEmulator, type Emulator, type EmulatorServer } from "together-retrieval/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serviceFrom, type Service } from "../../../examples/kit/service.js";
import type { Found, PassageStore } from "../../../examples/stores/store.js";
import { openStore, type StoreName } from "../../../examples/stores/stores.js";
import { somePassages, type StoredPassage } from "../../../examples/support/passages.js";
import { startPostgres } from "../../../examples/support/services/index.js";
import type { RunningServer } from "../../../examples/support/services/server.js";
import { MODEL } from "./support/endure.js";
import { plainVectors } from "./support/expected.js";
import { ROOT, run } from "./support/program.js";
import { isSkipped, skipReason } from "./support/required.js";

const PASSAGES = 2000;
const QUESTION = "Which errors are retried automatically, and how often?";

const KEPT = [
  { name: "lancedb", kept: true },
  { name: "llamaindex-disk", kept: true },
] as const;
const LOST = [
  { name: "memory", kept: false },
  { name: "langgraph", kept: false },
] as const;
const SERVED = [
  { name: "pgvector", kept: true },
  { name: "llamaindex-postgres", kept: true },
] as const;

let emulator: Emulator;
let server: EmulatorServer;
let postgres: RunningServer | undefined;
let folder: string;
let passages: StoredPassage[];
let expected: readonly number[];
let similarityOf: (text: string) => number;

beforeAll(async () => {
  emulator = createEmulator({ keepBodies: false });
  server = await emulator.listen();
  folder = await mkdtemp(join(tmpdir(), "stores-"));
  passages = await somePassages(PASSAGES, join(ROOT, "node_modules"));
  if (!isSkipped) postgres = await startPostgres();
  const vectors = await plainVectors(passages.map(({ text }) => text));
  const { vector } = await new Embedder({
    model: MODEL,
    apiKey: "any",
    fetch: createEmulator().fetch,
  }).embedQuery(QUESTION);
  similarityOf = (text) => cosine(vector, vectors.get(text) as Float32Array);
  expected = [...vectors.keys()].map(similarityOf).toSorted((left, right) => right - left);
});

afterAll(async () => {
  await Promise.all([server.close(), postgres?.stop(), rm(folder, { recursive: true })]);
});

describe.each([...LOST, ...KEPT])("vector store $name", (subject) => {
  contract(subject);
});
describe.skipIf(isSkipped).each(SERVED)(`vector store $name${skipReason}`, (subject) => {
  contract(subject);
});

function contract({ name, kept }: { readonly name: StoreName; readonly kept: boolean }): void {
  let store: PassageStore;

  beforeAll(async () => {
    store = await open(name);
  });

  afterAll(() => store.close());

  it("stores 2,000 passages", async () => {
    await store.put(passages);
    expect(await store.count()).toBe(PASSAGES);
  });

  it("finds the same nearest passages as a plain computation", async () => {
    const found = await store.search(QUESTION, 20);
    expect(found.map(({ text }) => similarityOf(text).toFixed(5))).toEqual(
      expected.slice(0, 20).map((similarity) => similarity.toFixed(5)),
    );
  });

  it("leaves the choice of five of the twenty to the reranker", async () => {
    const candidates = (await store.search(QUESTION, 20)).map(({ text }) => text);
    const best = await store.ask(QUESTION);
    expect(best).toHaveLength(5);
    expect(best.every(({ text }) => candidates.includes(text))).toBe(true);
    expect(scores(best)).toEqual(scores(best).toSorted((left, right) => right - left));
    expect(best.map(({ text }) => text)).not.toEqual(candidates.slice(0, 5));
  });

  it("does not find a passage that was removed", async () => {
    await store.remove(removed().map(({ id }) => id));
    expect(await store.count()).toBe(PASSAGES - 3);
    const [first] = removed();
    const found = await store.search(first?.text as string, 5);
    expect(found.map(({ text }) => text)).not.toContain(first?.text);
  });

  it("stores each passage once when it is added again, and re-embeds none", async () => {
    const before = emulator.totals.texts;
    await store.put(passages.slice(0, 1000));
    expect(await store.count()).toBe(PASSAGES);
    const [first] = removed();
    const found = await store.search(first?.text as string, 20);
    expect(found[0]?.text).toBe(first?.text);
    expect(new Set(found.map(({ text }) => text)).size).toBe(20);
    // Only the search embeds a text: its question.
    expect(emulator.totals.texts - before).toBe(1);
  });

  it.runIf(kept)("persists for another process", async () => {
    await store.close();
    const [first] = passages;
    const place = [folder, postgres?.url ?? "none"];
    const outcome = await run(
      "../test/e2e/services/support/reopen.ts",
      [name, ...place, first?.text as string],
      environment(),
    );
    store = await open(name);
    expect(outcome.stderr).toBe("");
    expect(JSON.parse(outcome.stdout)).toMatchObject({ count: PASSAGES, found: [{ text: first?.text }] });
  });
}

/** Returns the passages that a test removes. */
function removed(): StoredPassage[] {
  return passages.slice(100, 103);
}

function open(name: StoreName): Promise<PassageStore> {
  return openStore(name, service(), { folder, databaseURL: postgres?.url ?? "none" });
}

function service(): Service {
  return serviceFrom(environment());
}

function environment(): NodeJS.ProcessEnv {
  return {
    TOGETHER_API_KEY: "any",
    TOGETHER_BASE_URL: server.url,
    TOGETHER_EMBEDDING_MODEL: MODEL,
    TOGETHER_RERANK_MODEL: "Salesforce/Llama-Rank-V1",
  };
}

function scores(found: readonly Found[]): number[] {
  return found.map(({ score }) => score as number);
}

function cosine(left: Float32Array, right: Float32Array): number {
  let [product, leftSquare, rightSquare] = [0, 0, 0];
  left.forEach((number, place) => {
    const other = right[place] as number;
    product += number * other;
    leftSquare += number * number;
    rightSquare += other * other;
  });
  return product / Math.sqrt(leftSquare * rightSquare);
}
