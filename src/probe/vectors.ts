import { decodeBase64 } from "../core/base64.js";
import { member, type Reply } from "./probe-client.js";

export type Vector = ArrayLike<number>;

/** The vectors of an answer by their index, and whether they came in its order. `undefined` if it holds none. */
export function vectorsOf({ status, body }: Reply): { byIndex: Vector[]; inOrder: boolean } | undefined {
  const data = member(body, "data");
  if (status !== 200 || !Array.isArray(data)) return undefined;
  const items = data.map((item: unknown, place) => ({
    index: Number(member(item, "index") ?? place),
    vector: vectorOf(member(item, "embedding")),
  }));
  const byIndex: Vector[] = [];
  for (const { index, vector } of items) if (vector) byIndex[index] = vector;
  if (byIndex.length !== data.length) return undefined;
  return { byIndex, inOrder: items.every(({ index }, place) => index === place) };
}

function vectorOf(value: unknown): Vector | undefined {
  if (typeof value === "string") return decodeBase64(value);
  return Array.isArray(value) ? (value as number[]) : undefined;
}

export function length(vector: Vector): number {
  return Math.sqrt(dot(vector, vector));
}

/** Whether two vectors are the same but for what arithmetic in batches of another size changes. */
export function same(one: Vector | undefined, other: Vector | undefined): boolean {
  if (!one || !other || one.length !== other.length) return false;
  return dot(one, other) / (length(one) * length(other)) > 0.9999;
}

function dot(one: Vector, other: Vector): number {
  let sum = 0;
  for (let place = 0; place < one.length; place++) sum += (one[place] as number) * (other[place] as number);
  return sum;
}
