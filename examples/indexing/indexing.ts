import { setTimeout as sleep } from "node:timers/promises";
import { index } from "@langchain/core/indexing";
import type { VectorStore } from "@langchain/core/vectorstores";
import type { PostgresRecords } from "./record-manager.js";
import { portionsOf, type Problem, type Source, type Sources } from "./sources.js";

type IndexingResult = Awaited<ReturnType<typeof index>>;

/** What became of a folder. */
export interface Outcome extends IndexingResult {
  readonly problems: readonly Problem[];
}

export interface IndexingOptions {
  /** Told how many documents are done, as they are. */
  readonly onProgress?: (documents: number) => void;
  /** How long a database may be away. @defaultValue 30_000 */
  readonly patienceMs?: number;
  /** Documents that go to the embeddings at once. @defaultValue 2000 */
  readonly portion?: number;
}

/** How long a database may be away before what was to be indexed meanwhile is left out. Milliseconds. */
const PATIENCE_MS = 30_000;

/** Documents that are embedded in one call: enough for many requests in flight. */
const PORTION = 2000;

/** Brings store and records to what a folder holds now. A portion that fails is told, and does not stop the others. */
export async function indexSources(
  { sources, problems }: Sources,
  store: VectorStore,
  records: PostgresRecords,
  { onProgress, patienceMs = PATIENCE_MS, portion: size = PORTION }: IndexingOptions = {},
): Promise<Outcome> {
  const sum = { numAdded: 0, numDeleted: 0, numUpdated: 0, numSkipped: 0 };
  const failed: Problem[] = [];
  // What was embedded is in the cache: the second attempt pays nothing.
  const twice = <Result>(attempt: () => Promise<Result>): Promise<Result> =>
    attempt().catch(() => whenBack(records, patienceMs).then(attempt));
  for (const portion of portionsOf(sources, size)) {
    try {
      const result = await twice(() => indexPortion(portion, store, records));
      for (const name of Object.keys(sum) as (keyof IndexingResult)[]) sum[name] += result[name];
    } catch (error) {
      failed.push(...portion.map(({ file }) => ({ file, problem: (error as Error).message })));
    }
    onProgress?.(portion.reduce((documents, source) => documents + source.documents.length, 0));
  }
  const files = [...sources, ...problems].map(({ file }) => file);
  const gone = await twice(() => forgetAllBut(files, store, records)).catch((error: Error) => {
    failed.push({ file: "files that are gone", problem: error.message });
    return 0;
  });
  return { ...sum, numDeleted: sum.numDeleted + gone, problems: [...problems, ...failed] };
}

/** Waits until the database answers, or patience ends. */
async function whenBack(records: PostgresRecords, patienceMs: number): Promise<void> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end && !(await answers(records))) await sleep(200);
}

function answers(records: PostgresRecords): Promise<boolean> {
  return records.getTime().then(
    () => true,
    () => false,
  );
}

/**
 * One batch for a portion, which holds whole files: with `cleanup: "incremental"`, LangChain deletes all of a file that
 * it has not seen yet in this run after each batch, and a file in two batches would be deleted and added again (1.2.13).
 */
function indexPortion(
  portion: readonly Source[],
  vectorStore: VectorStore,
  recordManager: PostgresRecords,
): Promise<IndexingResult> {
  const documents = portion.flatMap((source) => source.documents);
  return index({
    docsSource: documents,
    recordManager,
    vectorStore,
    options: { cleanup: "incremental", sourceIdKey: "source", batchSize: documents.length },
  });
}

/** Incremental clean-up never learns of a file that is gone; full clean-up would forget one that cannot be read. */
async function forgetAllBut(
  files: readonly string[],
  store: VectorStore,
  records: PostgresRecords,
): Promise<number> {
  const present = new Set(files);
  const gone = (await records.sources()).filter((source) => !present.has(source));
  if (gone.length === 0) return 0;
  const keys = await records.listKeys({ groupIds: gone });
  await store.delete({ ids: keys });
  await records.deleteKeys(keys);
  return keys.length;
}
