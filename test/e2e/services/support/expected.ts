import { readFile } from "node:fs/promises";
import { Client, escapeIdentifier } from "pg";
import { createEmulator } from "together-retrieval/emulator";
import { MODEL } from "./endure.js";

/** Returns the vector of each text, from an emulator without faults and limits. */
export async function plainVectors(texts: readonly string[]): Promise<Map<string, Float32Array>> {
  const { fetch } = createEmulator({ keepBodies: false });
  const vectors = new Map<string, Float32Array>();
  for (let at = 0; at < texts.length; at += 100) {
    const some = texts.slice(at, at + 100);
    const response = await fetch("http://plain/v1/embeddings", {
      method: "POST",
      headers: { authorization: "Bearer any" },
      body: JSON.stringify({ model: MODEL, input: some }),
    });
    const { data } = (await response.json()) as { data: readonly { index: number; embedding: number[] }[] };
    for (const { index, embedding } of data) vectors.set(some[index] as string, Float32Array.from(embedding));
  }
  return vectors;
}

/** Reads the texts of a corpus. */
export async function textsOf(corpus: string): Promise<string[]> {
  const lines = (await readFile(corpus, "utf8")).trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { text: string }).text);
}

/** Differences between the rows of a table and the expected ones. */
export interface Difference {
  readonly rows: number;
  readonly missing: number;
  readonly doubled: number;
  readonly wrong: number;
}

/** Reads all rows, and compares each number of each vector with the expected one. */
export async function compareRows(
  databaseURL: string,
  table: string,
  expected: ReadonlyMap<string, Float32Array>,
): Promise<Difference> {
  const client = new Client(databaseURL);
  await client.connect();
  try {
    const { rows } = await client.query<{ text: string; embedding: string }>(
      `SELECT text, embedding::text FROM ${escapeIdentifier(table)}`,
    );
    const texts = new Set(rows.map(({ text }) => text));
    const wrong = rows.filter(
      ({ text, embedding }) => !same(JSON.parse(embedding) as number[], expected.get(text)),
    );
    const missing = [...expected.keys()].filter((text) => !texts.has(text)).length;
    return { rows: rows.length, missing, doubled: rows.length - texts.size, wrong: wrong.length };
  } finally {
    await client.end();
  }
}

function same(found: readonly number[], wanted: Float32Array | undefined): boolean {
  return (
    wanted?.length === found.length && found.every((number, place) => Math.fround(number) === wanted[place])
  );
}
