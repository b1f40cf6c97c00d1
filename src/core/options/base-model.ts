/** The option `baseModel`. */

import { embeddingModel, knownModels, rerankModel } from "../models.js";
import { nearestModel } from "./nearest-model.js";
import { checkString, type Option } from "./option-types.js";

/** The purpose of a model. */
export type ModelKind = keyof typeof knownModels;

const FACTS = { embedding: embeddingModel, rerank: rerankModel };

const NAMES = { embedding: "an embedding model", rerank: "a rerank model" };

/** The fix for a model that is not known. */
const INSTEAD = {
  embedding: "leave it out and set `queryPrefix`, `maxInputTokens` and `dimensions`",
  rerank: "leave it out and set `batchSize`",
};

/** The id of a known model, which runs behind an endpoint's name. */
export function baseModel(kind: ModelKind): Option<string, string | undefined> {
  return {
    check: (value, name, error) => {
      const id = checkString(value, name, error);
      if (FACTS[kind](id)) return id;
      throw error(...describeUnknown(id, kind));
    },
    default: () => undefined,
  };
}

/** Returns the problem and the fix. The value is not quoted: it may be a misplaced key. */
function describeUnknown(id: string, kind: ModelKind): [problem: string, fix: string] {
  const known = `it takes ${knownModels[kind].join(", ")}`;
  const other = kind === "embedding" ? "rerank" : "embedding";
  if (FACTS[other](id)) return [`\`baseModel\` is ${NAMES[other]}, not ${NAMES[kind]}`, known];
  const nearest = nearestModel(id, knownModels[kind]);
  const fix = nearest ? `did you mean "${nearest}"?` : `${known}; for another model, ${INSTEAD[kind]}`;
  return [`\`baseModel\` is not the id of a known ${kind} model`, fix];
}
