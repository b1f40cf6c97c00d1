import { setTimeout as sleep } from "node:timers/promises";
import { index } from "@langchain/core/indexing";
import type { VectorStore } from "@langchain/core/vectorstores";
import type { PostgresRecords } from "./record-manager.js";
import { portionsOf, type Problem, type Source, type Sources } from "./sources.js";

type IndexingResult = Awaited<ReturnType<typeof index>>;

/** The result for a folder. */
export interface Outcome extends IndexingResult {
  readonly problems: readonly Problem[];
}

export interface IndexingOptions {
  /** Receives the number of documents after each portion. */
  readonly onProgress?: (documents: number) => void;
  /** How many milliseconds to wait for a lost database. @defaultValue 30_000 */
  readonly deadlineMs?: number;
  /** Number of documents per call of the embeddings. @defaultValue 2000 */
  readonly portion?: number;
}

/** If a lost database is not back after this time, the current portion is skipped. */
const DEADLINE_MS = 30_000;

/** Number of documents that are embedded in one call: enough for many requests in flight. */
const PORTION = 2000;

/** Updates store and records to the contents of a folder. It reports a portion that fails, and continues. */
export async function indexSources(
  { sources, problems }: Sources,
  store: VectorStore,
  records: PostgresRecords,
  { onProgress, deadlineMs = DEADLINE_MS, portion: size = PORTION }: IndexingOptions = {},
): Promise<Outcome> {
  const sum = { numAdded: 0, numDeleted: 0, numUpdated: 0, numSkipped: 0 };
  const failed: Problem[] = [];
  // The embedded texts are in the cache: the second attempt is not billed for them.
  const twice = <Result>(attempt: () => Promise<Result>): Promise<Result> =>
    attempt().catch(() => waitForDatabase(records, deadlineMs).then(attempt));
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
  const removed = await twice(() => removeAllBut(files, store, records)).catch((error: Error) => {
    failed.push({ file: "files that are gone", problem: error.message });
    return 0;
  });
  return { ...sum, numDeleted: sum.numDeleted + removed, problems: [...problems, ...failed] };
}

/** Waits until the database responds, or until the deadline. */
async function waitForDatabase(records: PostgresRecords, deadlineMs: number): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (Date.now() < end && !(await isReachable(records))) await sleep(200);
}

function isReachable(records: PostgresRecords): Promise<boolean> {
  return records.getTime().then(
    () => true,
    () => false,
  );
}

/**
 * Indexes a portion, which holds whole files, in one batch. With `cleanup: "incremental"`, LangChain deletes after each
 * batch the documents of its files that this run has not yet seen (1.2.13). It would delete and re-add a split file.
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

/** Removes all files but these. Incremental clean-up keeps deleted files; full clean-up removes unreadable ones. */
async function removeAllBut(
  files: readonly string[],
  store: VectorStore,
  records: PostgresRecords,
): Promise<number> {
  const present = new Set(files);
  const removed = (await records.sources()).filter((source) => !present.has(source));
  if (removed.length === 0) return 0;
  const keys = await records.listKeys({ groupIds: removed });
  await store.delete({ ids: keys });
  await records.deleteKeys(keys);
  return keys.length;
}
