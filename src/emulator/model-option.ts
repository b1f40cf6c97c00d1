import { checkObject, listOf, object, recordOf } from "../core/options/nested-options.js";
import {
  boolean,
  integer,
  string,
  type AnyOption,
  type Option,
  type OptionError,
} from "../core/options/option-types.js";
import {
  emulatedModels,
  type EmulatedChatModel,
  type EmulatedEmbeddingModel,
  type EmulatedGpus,
  type EmulatedModel,
  type EmulatedRerankModel,
} from "./models.js";
import { choice, limit } from "./option-kinds.js";

/** The models to serve, by id. */
export const modelsOption: Option<
  Readonly<Record<string, EmulatedModel>>,
  Readonly<Record<string, EmulatedModel>>
> = {
  check: (value, name, error) => models.check(value, name, error) as Readonly<Record<string, EmulatedModel>>,
  default: () => emulatedModels,
};

const models = recordOf<EmulatedModel>(checkModel);

const type = choice(["embedding", "rerank", "chat"]);

const profile = object<EmulatedGpus>({ type: string(), count: integer({ min: 1 }) }, ["type", "count"]);
const gpus = listOf<EmulatedGpus>(profile.check);

/** The options of each type of model. */
const TYPES: Readonly<Record<EmulatedModel["type"], AnyOption>> = {
  embedding: object<EmulatedEmbeddingModel>(
    {
      type: choice(["embedding"]),
      dimensions: integer({ min: 1 }),
      maxTokens: limit(1),
      unitLength: boolean(),
      reportsUsage: boolean(),
      gpus,
    },
    ["dimensions"],
  ),
  rerank: object<EmulatedRerankModel>({
    type: choice(["rerank"]),
    maxTokens: limit(1),
    maxDocuments: limit(1),
    objects: boolean(),
    scores: choice(["unit", "logits"]),
    gpus,
  }),
  chat: object<EmulatedChatModel>({ type: choice(["chat"]), maxTokens: limit(1), gpus }),
};

function checkModel(value: unknown, name: string, error: OptionError): unknown {
  const model = checkObject(value, name, error);
  const kind = type.check(model["type"], `${name}.type`, error) as EmulatedModel["type"];
  return TYPES[kind].check(model, name, error);
}
