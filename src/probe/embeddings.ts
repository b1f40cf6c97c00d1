import { describe, findMaxBatch, verdictOf } from "./max-batch.js";
import {
  checkTruncation,
  observeAcceptance,
  observeUsage,
  unlessFailed,
  type Observe,
} from "./observations.js";
import { describeRejection, property, type ProbeClient } from "./probe-client.js";
import type { RawResponse } from "./raw-request.js";
import { longTexts, manyTexts, PREFIX, SENTENCES } from "./texts.js";
import { equalVectors, norm, readVectors, type Vector } from "./vectors.js";

/** The facts for the recommended options. */
export interface EmbeddingFacts {
  readonly dimensions: number | undefined;
  readonly base64: "accepted" | "ignored" | "rejected" | "failed";
  /** Whether every vector has length 1. */
  readonly unitLength: boolean;
  readonly longText: "rejected" | "truncated" | "read" | "failed";
  readonly maxTexts: number;
}

const [FIRST, SECOND] = SENTENCES;

/** Checks all behaviour of embeddings that Together does not document. */
export async function probeEmbeddings(
  client: ProbeClient,
  model: string,
  limit: number,
  observe: Observe,
): Promise<EmbeddingFacts> {
  const embed = (input: string | string[], extra: object = {}): Promise<RawResponse> =>
    client.send("/embeddings", { model, input, ...extra });
  const floats = await embed([FIRST, SECOND, `${PREFIX}${FIRST}`]);
  const vectors = readVectors(floats)?.byIndex ?? [];
  observeVectors(floats, vectors, observe);
  const base64 = observeBase64(await embed([SECOND, FIRST], { encoding_format: "base64" }), vectors, observe);
  observeAcceptance("emptyText", await embed(""), observe);
  observeAcceptance("blankText", await embed(" "), observe);
  const longText = checkTruncation(
    await embed(longTexts(limit)),
    limit,
    (response) => readVectors(response)?.byIndex,
    equalVectors,
  );
  observe("longText", longText.observed, longText.expected);
  const maxBatch = await findMaxBatch(
    (count) => embed(manyTexts(count)),
    (response) => readVectors(response)?.byIndex.length,
  );
  observe("maxTexts", describe(maxBatch), verdictOf(maxBatch, 512));
  return {
    dimensions: vectors[0]?.length,
    base64,
    unitLength: vectors.length > 0 && vectors.every(hasUnitLength),
    longText: longText.verdict,
    maxTexts: maxBatch.accepted,
  };
}

function observeVectors(response: RawResponse, vectors: readonly Vector[], observe: Observe): void {
  const [first, , prefixed] = vectors;
  if (!first || !prefixed) {
    return observe("dimensions", describeRejection(response), unlessFailed(response, false));
  }
  const dimensions = new Set(vectors.map((vector) => vector.length));
  observe("dimensions", [...dimensions].join(" and "), dimensions.size === 1);
  const norms = vectors.map(norm);
  const range = `${Math.min(...norms).toFixed(2)} to ${Math.max(...norms).toFixed(2)}`;
  observe("unitLength", vectors.every(hasUnitLength) ? "1" : range, true);
  const changed = !equalVectors(first, prefixed);
  observe("prefix", changed ? "changes the vector" : "does not change the vector", changed);
  observeUsage("usage", response, observe);
}

/** The request holds the texts of `floats` in reverse order, so it also shows the order of the vectors. */
function observeBase64(
  response: RawResponse,
  floats: readonly Vector[],
  observe: Observe,
): EmbeddingFacts["base64"] {
  const vectors = readVectors(response);
  if (!vectors) {
    const verdict = unlessFailed(response, false);
    observe("base64", describeRejection(response), verdict);
    observe("order", "unknown", undefined);
    return verdict === "failed" ? "failed" : "rejected";
  }
  const { byIndex, inOrder } = vectors;
  const matches = equalVectors(byIndex[1], floats[0]) && equalVectors(byIndex[0], floats[1]);
  const order = inOrder ? "in the order of the texts" : "in another order, with the right `index`";
  observe("order", matches ? order : "the vectors belong to other texts", matches);
  const first: unknown = (property(response.body, "data") as unknown[])[0];
  const accepted = !Array.isArray(property(first, "embedding"));
  const numbers = matches ? "the same numbers" : "other numbers";
  observe("base64", accepted ? `accepted, ${numbers}` : "ignored: floats returned", accepted && matches);
  return accepted ? "accepted" : "ignored";
}

function hasUnitLength(vector: Vector): boolean {
  return Math.abs(norm(vector) - 1) < 0.001;
}
