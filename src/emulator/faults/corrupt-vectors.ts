import type { FaultName } from "./fault-plan.js";
import type { ResponseItem } from "./apply-fault.js";
import { INFINITE, NOT_A_NUMBER } from "./invalid-json.js";

/** One vector of an answer. */
export interface VectorItem extends ResponseItem {
  /** Absent or a string only if a fault wants it so. */
  embedding?: ArrayLike<number | null> | string;
}

/** Spoils one vector of the answer, in its middle, where a quick look does not find it. */
export function corruptVectors(
  items: VectorItem[],
  kind: FaultName | undefined,
  base64: boolean,
): VectorItem[] {
  const place = Math.floor(items.length / 2);
  const victim = items[place];
  if (!victim) return items;
  const embedding = corruptVector(victim.embedding as ArrayLike<number>, kind, base64);
  if (embedding === victim.embedding) return items;
  return items.with(
    place,
    embedding === undefined ? { index: victim.index } : { index: victim.index, embedding },
  );
}

function corruptVector(
  vector: ArrayLike<number>,
  kind: FaultName | undefined,
  base64: boolean,
): VectorItem["embedding"] {
  if (kind === "null-in-vector") return withValue(vector, base64 ? NaN : null);
  if (kind === "nan-in-vector") return withValue(vector, NaN);
  if (kind === "infinity-in-vector") return withValue(vector, Infinity);
  if (kind === "short-vector") return Array.from(vector).slice(1);
  if (kind === "empty-vector") return [];
  if (kind === "no-vector") return undefined;
  return kind === "bad-base64" ? "!not base64!" : vector;
}

function withValue(vector: ArrayLike<number | null>, value: number | null): (number | null)[] {
  return Array.from(vector).with(vector.length - 1, value);
}

/** The numbers as JSON gets them: as short as a server writes 32-bit floats. */
export function jsonNumbers(vector: ArrayLike<number | null>): (number | string | null)[] {
  return Array.from(vector, written);
}

function written(value: number | null): number | string | null {
  if (value === null) return null;
  if (Number.isNaN(value)) return NOT_A_NUMBER;
  if (value === Infinity) return INFINITE;
  const short = Math.round(value * 1e7) / 1e7;
  return Math.fround(short) === value ? short : value;
}
