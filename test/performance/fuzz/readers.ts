/** The readers of responses, and checks of their results. */

import { decodeBase64 } from "../../../src/core/request/base64.js";
import {
  InvalidResponse,
  readEmbeddings,
  readRequestId,
  readRanking,
  readErrorBody,
  readUsage,
} from "../../../src/core/request/wire.js";

/** Reads a body with every reader. @returns how many readers accepted it, and the problems that were found. */
export function readByAll(body: unknown, requested: number): { valid: number; problems: string[] } {
  const problems: string[] = [];
  let valid = 0;
  for (const [name, read] of Object.entries(READERS)) {
    try {
      if (read(body, requested)) valid += 1;
      else problems.push(`${name} returned an invalid value`);
    } catch (error) {
      if (!(error instanceof InvalidResponse)) problems.push(`${name} threw ${String(error)}`);
    }
  }
  return { valid, problems };
}

const READERS: Readonly<Record<string, (body: unknown, requested: number) => boolean>> = {
  readEmbeddings: (body, requested) => areVectors(readEmbeddings(body, requested), requested),
  "readEmbeddings of known length": (body, requested) =>
    areVectors(readEmbeddings(body, requested, 2), requested, 2),
  readRanking: (body, requested) => isRanking(readRanking(body, requested, requested), requested, requested),
  "readRanking of the best": (body, requested) => isRanking(readRanking(body, requested, 1), requested, 1),
  readUsage: (body) => {
    const usage = readUsage(body);
    return usage === undefined || (isCount(usage.promptTokens) && isCount(usage.totalTokens));
  },
  readErrorBody: (body) => Object.values(readErrorBody(body)).every((text) => typeof text === "string"),
  readRequestId: (body) => ["string", "undefined"].includes(typeof readRequestId(body)),
  decodeBase64: (body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const vector = decodeBase64(text);
    return vector === undefined || vector.byteLength <= (text.length * 3) / 4;
  },
};

function areVectors(
  vectors: readonly ArrayLike<unknown>[],
  requested: number,
  dimensions = vectors[0]?.length,
): boolean {
  return (
    vectors.length === requested &&
    new Set(vectors).size === requested &&
    vectors.every(
      (vector) => vector.length > 0 && vector.length === dimensions && Array.from(vector).every(isFinite32),
    )
  );
}

function isRanking(
  ranked: readonly { index: number; score: number }[],
  requested: number,
  wanted: number,
): boolean {
  return (
    ranked.length >= wanted &&
    new Set(ranked.map(({ index }) => index)).size === ranked.length &&
    ranked.every(
      ({ index, score }) =>
        Number.isInteger(index) && index >= 0 && index < requested && Number.isFinite(score),
    ) &&
    ranked.every(
      ({ score }, position) => position === 0 || score <= (ranked[position - 1]?.score ?? Number.NaN),
    )
  );
}

function isFinite32(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
