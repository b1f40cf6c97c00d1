/** Finds the known model that a user meant. Pure. */

import { knownModels } from "../models.js";
import { nearestName } from "./nearest-name.js";

/** Two letters already make another model: `bge-large-zh-v1.5` is not `bge-large-en-v1.5`. */
const MAX_SLIPS = 1;

/**
 * Returns the id of the known model that an id resembles: up to case, punctuation or a typing slip, or without the
 * vendor. Returns `undefined` for a known id, and for one that resembles none. An id with another vendor may be a
 * dedicated endpoint that is named after its model.
 */
export function nearestModel(id: string): string | undefined {
  if (knownModels.includes(id)) return undefined;
  if (id.includes("/")) return nearestName(id, knownModels, MAX_SLIPS);
  const names = new Map(knownModels.map((known) => [known.slice(known.indexOf("/") + 1), known]));
  return names.get(nearestName(id, [...names.keys()], MAX_SLIPS) ?? "");
}
