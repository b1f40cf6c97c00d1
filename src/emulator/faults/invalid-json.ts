import type { FaultName } from "./fault-plan.js";

// Written as strings first, because JSON.stringify turns both into null.
export const NOT_A_NUMBER = "<NaN>";
export const INFINITE = "<1e999>";

/** Puts `NaN` and `1e999` into the JSON, which no serializer does. */
export function writeInvalidNumbers(json: string, kind: FaultName | undefined): string {
  if (kind === "nan-in-vector") return json.replace(`"${NOT_A_NUMBER}"`, "NaN");
  const infinite = kind === "infinity-in-vector" || kind === "infinite-score";
  return infinite ? json.replace(`"${INFINITE}"`, "1e999") : json;
}
