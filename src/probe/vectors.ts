import { decodeBase64 } from "../core/request/base64.js";
import { property } from "./probe-client.js";
import type { RawResponse } from "./raw-request.js";

export type Vector = ArrayLike<number>;

/**
 * Returns the vectors of a response by their index, and whether the response lists them in that order. Returns
 * `undefined` if an item has no vector.
 */
export function readVectors({
  status,
  body,
}: RawResponse): { byIndex: Vector[]; inOrder: boolean } | undefined {
  const data = property(body, "data");
  if (status !== 200 || !Array.isArray(data)) return undefined;
  const items = data.map((item: unknown, position) => ({
    index: Number(property(item, "index") ?? position),
    vector: toVector(property(item, "embedding")),
  }));
  const byIndex: Vector[] = [];
  for (const { index, vector } of items) if (vector) byIndex[index] = vector;
  if (byIndex.length !== data.length) return undefined;
  return { byIndex, inOrder: items.every(({ index }, position) => index === position) };
}

function toVector(value: unknown): Vector | undefined {
  // Decoded when the response was read.
  if (value instanceof Float32Array) return value;
  if (typeof value === "string") return decodeBase64(value);
  return Array.isArray(value) ? (value as number[]) : undefined;
}

/** Returns the Euclidean norm. */
export function norm(vector: Vector): number {
  return Math.sqrt(dot(vector, vector));
}

/** Determines whether two vectors are equal, except for rounding in batches of another size. */
export function equalVectors(a: Vector | undefined, b: Vector | undefined): boolean {
  if (!a || !b || a.length !== b.length) return false;
  return dot(a, b) / (norm(a) * norm(b)) > 0.9999;
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}
