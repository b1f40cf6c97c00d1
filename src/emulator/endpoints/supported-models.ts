import { invalidArgument } from "../api-error.js";
import type { EmulatedGpus, EmulatedModel } from "../models.js";
import { jsonResponse } from "../response.js";
import type { EmulatedEndpoint } from "./endpoint.js";
import { partsOf } from "./model-list.js";

/** The page size, if the request names none. Together's is not documented. */
const DEFAULT_LIMIT = 50;
const ONE_H100: readonly EmulatedGpus[] = [{ type: "H100", count: 1 }];
const CREATED = "2026-01-01T00:00:00Z";

const CAPABILITIES: Readonly<Record<EmulatedModel["type"], string>> = {
  embedding: "CAPABILITY_EMBEDDING",
  rerank: "CAPABILITY_RERANKING",
  chat: "CAPABILITY_CHAT",
};

/** The values of `product` (together-ai 0.52). */
const PRODUCTS = ["PRODUCT_SERVERLESS", "PRODUCT_DEDICATED", "PRODUCT_FINE_TUNING"];

/**
 * `GET /v2/supported-models`: the models that a dedicated endpoint can run, in pages. Also at `/v1/supported-models`,
 * where the SDK looks for them if its `baseURL` is set.
 */
export const supportedModels: EmulatedEndpoint = {
  path: "/supported-models",
  versions: ["v1", "v2"],
  method: "GET",
  texts: () => [],
  prepare(_body, { models }, query) {
    const product = productOf(query);
    const limit = limitOf(query);
    const all = Object.entries(models)
      .map(describe)
      .filter(({ products }) => product === null || products.includes(product));
    const start = startOf(query, all);
    const next = start + limit < all.length ? all[start + limit - 1]?.id : undefined;
    const page = { object: "list", data: all.slice(start, start + limit), next_cursor: next ?? null };
    return () => jsonResponse(200, page);
  },
};

function productOf(query: URLSearchParams): string | null {
  const product = query.get("product");
  if (product === null || PRODUCTS.includes(product)) return product;
  throw invalidArgument(`Invalid argument product: expected one of ${PRODUCTS.join(", ")}`, "product");
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get("limit") ?? DEFAULT_LIMIT);
  if (Number.isInteger(limit) && limit > 0) return limit;
  throw invalidArgument("Invalid argument limit: expected a whole number of 1 or more", "limit");
}

/** Returns the index of the first model of the page. A cursor is the id of the last model of the page before it. */
function startOf(query: URLSearchParams, all: readonly { readonly id: string }[]): number {
  const after = query.get("after");
  if (after === null) return 0;
  const index = all.findIndex(({ id }) => id === after);
  if (index >= 0) return index + 1;
  throw invalidArgument("Invalid argument after: expected the next_cursor of a page", "after");
}

/** A model, with the fields that together-ai 0.52 requires. */
interface SupportedModelBody extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly products: readonly string[];
}

function describe([id, model]: [string, EmulatedModel], index: number): SupportedModelBody {
  const { organization, name } = partsOf(id);
  const { type, maxTokens, gpus = ONE_H100 } = model;
  return {
    id: `arch_${index + 1}`,
    name: id,
    displayName: name,
    displayType: type,
    publisher: organization,
    baseModel: "",
    baseModelId: "",
    capabilities: [CAPABILITIES[type]],
    products: gpus.length > 0 ? ["PRODUCT_SERVERLESS", "PRODUCT_DEDICATED"] : ["PRODUCT_SERVERLESS"],
    status: "SUPPORTED_MODEL_STATUS_SUPPORTED",
    inputModalities: ["MODALITY_TEXT"],
    outputModalities: ["MODALITY_TEXT"],
    ...(maxTokens !== undefined && { contextLength: String(maxTokens) }),
    deploymentProfiles: gpus.map((one, place) => profileOf(id, one, place)),
    createdAt: CREATED,
    updatedAt: CREATED,
  };
}

function profileOf(id: string, { type, count }: EmulatedGpus, place: number): object {
  return {
    profileId: `cfg_${place + 1}`,
    certifiedConfigRevisionId: `cr_${place + 1}`,
    certifiedModelRevisionId: "rv_1",
    config: `projects/emulator/configs/cr_${place + 1}`,
    model: "projects/emulator/models/ml_1/revisions/rv_1",
    modelName: id,
    gpuType: type,
    gpuCount: count,
    parallelism: `TP${count}`,
    quantization: "",
    performanceBenchmarks: {},
  };
}
