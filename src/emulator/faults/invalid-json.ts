import type { FaultName } from "./fault.js";

// JSON.stringify writes both numbers as null, so they are serialized as these strings first.
export const NAN_PLACEHOLDER = "<NaN>";
export const INFINITY_PLACEHOLDER = "<1e999>";

/** Replaces a placeholder in the JSON by `NaN` or `1e999`, which no serializer writes. */
export function writeInvalidNumbers(json: string, kind: FaultName | undefined): string {
  // Only for these faults: a user's document may contain the same characters.
  if (kind === "nan-in-vector") return json.replace(`"${NAN_PLACEHOLDER}"`, "NaN");
  const infinite = kind === "infinity-in-vector" || kind === "infinite-score";
  return infinite ? json.replace(`"${INFINITY_PLACEHOLDER}"`, "1e999") : json;
}
