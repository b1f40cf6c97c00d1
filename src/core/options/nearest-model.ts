/** Finds the known model that a user meant. Pure. */

import { knownModels } from "../models.js";
import { nearestName } from "./nearest-name.js";

/** Two different letters are another model: `bge-large-zh-v1.5` is not `bge-large-en-v1.5`. */
const MAX_SLIPS = 1;

const ALL = Object.values(knownModels).flat();

/**
 * Returns the id of the known model that an id resembles: up to case, punctuation or a typing slip, or without the
 * vendor. Returns `undefined` for a known id, and for one that resembles none. An id with another vendor may be a
 * dedicated endpoint that is named after its model.
 *
 * @param known - The ids to choose from.
 */
export function nearestModel(id: string, known: readonly string[] = ALL): string | undefined {
  if (known.includes(id)) return undefined;
  if (id.includes("/")) return nearestName(id, known, MAX_SLIPS);
  const names = new Map(known.map((one) => [one.slice(one.indexOf("/") + 1), one]));
  return names.get(nearestName(id, [...names.keys()], MAX_SLIPS) ?? "");
}
