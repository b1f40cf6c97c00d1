const BATCH = 128;

/** Splits texts into batches, by default of the size that `Embedder` sends at first. */
export function* batchesOf(texts: Iterable<string>, size = BATCH): Generator<string[]> {
  let batch: string[] = [];
  for (const text of texts) {
    batch.push(text);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
