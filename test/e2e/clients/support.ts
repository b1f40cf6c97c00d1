import { afterAll, beforeAll } from "vitest";
import { createEmulator, type Emulator, type EmulatorServer } from "../../../src/emulator/index.js";

export const EMBEDDING = "BAAI/bge-large-en-v1.5";
export const RERANK = "Salesforce/Llama-Rank-V1";
export const CHAT = "meta-llama/Llama-3.3-70B-Instruct-Turbo";
export const TEXTS = ["Rust eats iron.", "Plants turn light into sugar.", "Bees live on nectar."];
export const QUERY = "What do plants make from light?";
/** The emulator's chat model answers from the text before the question. */
export const PROMPT = `${TEXTS.join("\n")}\n\n${QUERY}`;
export const KEY = "right";

/** The error statuses that Together documents. */
export const STATUSES = [400, 401, 402, 403, 404, 413, 422, 429, 500, 503, 504];

interface ServedEmulator {
  readonly emulator: Emulator;
  readonly url: string;
}

/** Starts an emulator on a port before the tests of a file, and closes it after them. */
export function serveEmulator(): ServedEmulator {
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

/** Returns the vectors of the emulator's own `fetch`. A client must return the same. */
export async function vectorsOf({ emulator, url }: ServedEmulator): Promise<number[][]> {
  const response = await emulator.fetch(`${url}/embeddings`, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}` },
    body: JSON.stringify({ model: EMBEDDING, input: TEXTS }),
  });
  const { data } = (await response.json()) as { data: { embedding: number[] }[] };
  return data.map(({ embedding }) => embedding);
}

/** Returns the largest difference between two numbers at the same place; infinite if the shapes differ. */
export function maxDifference(actual: readonly ArrayLike<number>[], expected: readonly number[][]): number {
  if (actual.length !== expected.length) return Infinity;
  return Math.max(
    ...actual.map((vector, place) =>
      vector.length === expected[place]?.length
        ? Math.max(...expected[place].map((value, at) => Math.abs(value - vector[at]!)))
        : Infinity,
    ),
  );
}

/** The largest rounding error of base64, which holds numbers in single precision. */
export const TOLERANCE = 1e-6;
