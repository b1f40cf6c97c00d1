import { createReadStream } from "node:fs";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Misuse } from "../kit/misuse.js";

/** A text with an id: a document or a question. */
export interface Item {
  readonly id: string;
  readonly text: string;
}

/** Documents, questions, and judgements: which document answers which question. */
export interface Collection {
  readonly documents: readonly Item[];
  readonly queries: readonly Item[];
  /** The relevance of each document, by question and document. It is above 0. */
  readonly judgements: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

type Row = Readonly<Record<string, unknown>>;

/** The names of files and fields in BEIR's collections and in others. */
const FILES = {
  documents: ["docs.jsonl", "corpus.jsonl", "documents.jsonl"],
  queries: ["queries.jsonl"],
  judgements: ["qrels.jsonl"],
} as const;
const ID = ["id", "_id"];
const QUERY = ["query", "query-id", "query_id"];
const DOCUMENT = ["doc", "corpus-id", "doc_id", "document"];
const GAIN = ["score", "relevance", "rel"];

/**
 * Reads a collection from its folder. Documents without a text and questions without a judgement are left out.
 *
 * @throws {Misuse} if a file is missing, or if a line cannot be read. The message names the file and the line.
 */
export async function readCollection(folder: string): Promise<Collection> {
  const documents = await items(await fileOf(folder, FILES.documents));
  const ids = new Set(documents.map(({ id }) => id));
  const judgements = new Map<string, Map<string, number>>();
  const judged = await fileOf(folder, FILES.judgements);
  await eachRow(judged, (row) => {
    const [query, document, gain] = [named(row, QUERY), named(row, DOCUMENT), gainOf(row)];
    if (!ids.has(document)) throw new Error(`there is no document "${document}"`);
    if (gain > 0) judgements.set(query, (judgements.get(query) ?? new Map()).set(document, gain));
  });
  const queries = await items(await fileOf(folder, FILES.queries));
  return {
    documents: documents.filter(({ text }) => text !== ""),
    queries: queries.filter(({ id, text }) => text !== "" && judgements.has(id)),
    judgements,
  };
}

async function fileOf(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const file = join(folder, name);
    if (
      await access(file).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  throw new Misuse(`Cannot evaluate on ${folder}: there is no ${names.join(" or ")} in it; see --help`);
}

async function items(file: string): Promise<Item[]> {
  const found = new Map<string, Item>();
  await eachRow(file, (row) => {
    const id = named(row, ID);
    if (found.has(id)) throw new Error(`there is a second "${id}"`);
    found.set(id, { id, text: textOf(row) });
  });
  return [...found.values()];
}

/** Returns title and text; only the text if it begins with the title. */
function textOf({ title, text }: Row): string {
  if (typeof text !== "string") throw new Error('"text" is missing');
  const whole = typeof title !== "string" || text.startsWith(title) ? text : `${title}\n${text}`;
  return whole.trim();
}

function named(row: Row, names: readonly string[]): string {
  const value = names.map((name) => row[name]).find((one) => one !== undefined);
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new Error(`"${names[0]}" is missing`);
}

/** Returns the relevance, by default 1. Cranfield's `code` is a grade (lower is better); every grade is an answer. */
function gainOf(row: Row): number {
  const gain = GAIN.map((name) => row[name]).find((one) => one !== undefined) ?? 1;
  if (typeof gain === "number" && Number.isFinite(gain)) return gain;
  throw new Error("the judgement is not a number");
}

async function eachRow(file: string, read: (row: Row) => void): Promise<void> {
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === "") continue;
    try {
      const row: unknown = JSON.parse(line);
      if (typeof row !== "object" || row === null || Array.isArray(row)) throw new Error("it is no object");
      read(row as Row);
    } catch (error) {
      const problem = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
      throw new Misuse(
        `Cannot read line ${number} of ${file}: ${problem}; every line is a JSON object, see --help`,
      );
    }
  }
}
