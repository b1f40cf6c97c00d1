import type { ResponseItem } from "./apply-fault.js";
import type { FaultName } from "./fault.js";
import { INFINITY_PLACEHOLDER, NAN_PLACEHOLDER } from "./invalid-json.js";

/** A vector of a response, before it becomes JSON. */
export interface VectorItem extends ResponseItem {
  /** Missing, or a string, only because of a fault. */
  embedding?: ArrayLike<number | null> | string;
}

/** Corrupts the vector in the middle of the list, because a client that checks only the ends would not find it. */
export function corruptVectors(
  items: VectorItem[],
  kind: FaultName | undefined,
  base64: boolean,
): VectorItem[] {
  const middle = Math.floor(items.length / 2);
  const item = items[middle];
  if (!item) return items;
  const embedding = corruptVector(item.embedding as ArrayLike<number>, kind, base64);
  if (embedding === item.embedding) return items;
  const { index } = item;
  return items.with(middle, embedding === undefined ? { index } : { index, embedding });
}

function corruptVector(
  vector: ArrayLike<number>,
  kind: FaultName | undefined,
  base64: boolean,
): VectorItem["embedding"] {
  if (kind === "null-in-vector") return withLast(vector, base64 ? NaN : null);
  if (kind === "nan-in-vector") return withLast(vector, NaN);
  if (kind === "infinity-in-vector") return withLast(vector, Infinity);
  if (kind === "short-vector") return Array.from(vector).slice(1);
  if (kind === "empty-vector") return [];
  if (kind === "no-vector") return undefined;
  return kind === "bad-base64" ? "!not base64!" : vector;
}

function withLast(vector: ArrayLike<number | null>, value: number | null): (number | null)[] {
  return Array.from(vector).with(vector.length - 1, value);
}

/** Converts a vector for JSON, with as few digits as a server writes for 32-bit floats. */
export function jsonNumbers(vector: ArrayLike<number | null>): (number | string | null)[] {
  return Array.from(vector, jsonNumber);
}

function jsonNumber(value: number | null): number | string | null {
  if (value === null) return null;
  if (Number.isNaN(value)) return NAN_PLACEHOLDER;
  if (value === Infinity) return INFINITY_PLACEHOLDER;
  const short = Math.round(value * 1e7) / 1e7;
  return Math.fround(short) === value ? short : value;
}
