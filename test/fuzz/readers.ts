/** The readers of answers, each with what must be true of whatever it lets through. */

import { decodeBase64 } from "../../src/core/request/base64.js";
import {
  InvalidResponse,
  readEmbeddings,
  readRequestId,
  readRanking,
  readErrorBody,
  readUsage,
} from "../../src/core/request/wire.js";

/** Reads a body with every reader. @returns how many found it valid, and what is wrong, if anything is. */
export function readByAll(body: unknown, asked: number): { valid: number; problems: string[] } {
  const problems: string[] = [];
  let valid = 0;
  for (const [name, read] of Object.entries(READERS)) {
    try {
      if (read(body, asked)) valid += 1;
      else problems.push(`${name} let something through`);
    } catch (error) {
      if (!(error instanceof InvalidResponse)) problems.push(`${name} threw ${String(error)}`);
    }
  }
  return { valid, problems };
}

const READERS: Readonly<Record<string, (body: unknown, asked: number) => boolean>> = {
  readEmbeddings: (body, asked) => areVectors(readEmbeddings(body, asked), asked),
  "readEmbeddings of known length": (body, asked) => areVectors(readEmbeddings(body, asked, 2), asked, 2),
  readRanking: (body, asked) => isRanking(readRanking(body, asked, asked), asked, asked),
  "readRanking of the best": (body, asked) => isRanking(readRanking(body, asked, 1), asked, 1),
  readUsage: (body) => {
    const usage = readUsage(body);
    return usage === undefined || (isCount(usage.promptTokens) && isCount(usage.totalTokens));
  },
  readRefusal: (body) => Object.values(readErrorBody(body)).every((text) => typeof text === "string"),
  readId: (body) => ["string", "undefined"].includes(typeof readRequestId(body)),
  decodeBase64: (body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const vector = decodeBase64(text);
    return vector === undefined || vector.byteLength <= (text.length * 3) / 4;
  },
};

function areVectors(
  vectors: readonly ArrayLike<unknown>[],
  asked: number,
  dimensions = vectors[0]?.length,
): boolean {
  return (
    vectors.length === asked &&
    new Set(vectors).size === asked &&
    vectors.every(
      (vector) => vector.length > 0 && vector.length === dimensions && Array.from(vector).every(isFinite32),
    )
  );
}

function isRanking(
  ranked: readonly { index: number; score: number }[],
  asked: number,
  wanted: number,
): boolean {
  return (
    ranked.length >= wanted &&
    new Set(ranked.map(({ index }) => index)).size === ranked.length &&
    ranked.every(
      ({ index, score }) => Number.isInteger(index) && index >= 0 && index < asked && Number.isFinite(score),
    ) &&
    ranked.every(({ score }, place) => place === 0 || score <= (ranked[place - 1]?.score ?? Number.NaN))
  );
}

function isFinite32(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(Math.fround(value));
}

function isCount(value: number): boolean {
  return Number.isFinite(value) && value >= 0;
}
