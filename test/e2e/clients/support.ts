import { afterAll, beforeAll } from "vitest";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../src/emulator/index.js";

export const EMBEDDING = "BAAI/bge-large-en-v1.5";
export const RERANK = "Salesforce/Llama-Rank-V1";
export const CHAT = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
export const TEXTS = ["Rust eats iron.", "Plants turn light into sugar.", "Bees live on nectar."];
export const QUERY = "What do plants make from light?";
/** Answered from what comes before the question. */
export const PROMPT = `${TEXTS.join("\n")}\n\n${QUERY}`;
export const KEY = "right";

/** The statuses that Together documents for a refusal. */
export const STATUSES = [400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 504];

interface Here {
  readonly emulator: Emulator;
  readonly url: string;
}

/** An emulator behind a port for the tests of a file. */
export function serving(): Here {
  const emulator = createEmulator({ apiKey: KEY });
  let server: EmulatorServer;
  beforeAll(async () => {
    server = await emulator.listen();
  });
  afterAll(() => server.close());
  return {
    emulator,
    get url() {
      return server.url;
    },
  };
}

/** What the emulator's own `fetch` answers: what a client has to make of it. */
export async function vectorsOf({ emulator, url }: Here): Promise<number[][]> {
  const answer = await emulator.fetch(`${url}/embeddings`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: EMBEDDING, input: TEXTS }),
  });
  const { data } = (await answer.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

/** The largest difference between vectors, which base64 in single precision keeps small; infinite if shapes differ. */
export function farthest(actual: readonly ArrayLike<number>[], expected: readonly number[][]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(
    ...actual.map((vector, place) =>
      vector.length === expected[place]?.length
        ? Math.max(...expected[place].map((value, at) => Math.abs(value - vector[at]!)))
        : Infinity,
    ),
  );
}

/** What single precision may change. */
export const LITTLE = 1e-6;
