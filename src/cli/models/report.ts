/** Joins a server's lists with the known models, and with the options to paste. Pure. */

import { hideKey, printable } from "../../core/errors/redact.js";
import { embeddingModel, knownModels, rerankModel } from "../../core/models.js";
import type { Connection } from "../../probe/connection.js";
import type { ModelKind } from "../../core/options/base-model.js";
import type { Gpus, ListedModel, ProjectEndpoint, SupportedModel } from "./lists.js";

/** The base URL of Together's dedicated endpoints (its dedicated inference documentation, 2026-08). */
const DEDICATED_BASE_URL = "https://api-inference.together.ai/v1";

/** The longest name that is shown, in characters. */
const MAX_NAME_LENGTH = 200;

/** The lists of a server; `undefined` for a missing list, or after a failed request. */
export interface Lists {
  readonly endpoints: readonly ProjectEndpoint[] | undefined;
  readonly listed: readonly ListedModel[] | undefined;
  readonly deployable: readonly SupportedModel[] | undefined;
}

/** The known facts of a model; `null` for an unknown fact. */
export interface ModelFacts {
  /** Length of the vectors; `null` for rerankers. */
  readonly dimensions: number | null;
  /** Maximum tokens of a text or a document. */
  readonly maxInputTokens: number;
  /** The prefix of queries; `""` for none. */
  readonly queryPrefix: string;
  /** Maximum documents of a rerank request. */
  readonly maxDocuments: number | null;
  /** Day since which Together does not serve it serverless. */
  readonly retired: string | null;
}

/** The options to paste into `new TogetherEmbeddings({ ... })` or `new TogetherReranker({ ... })`. */
export interface PastedOptions {
  readonly model: string;
  readonly baseModel?: string;
  readonly baseURL: string;
}

/** A model that the server lists. */
export interface ReportedModel {
  readonly id: string;
  readonly type: ModelKind;
  readonly facts: ModelFacts | null;
  readonly options: PastedOptions;
}

/** A model that a dedicated endpoint can run. */
export interface DeployableModel extends ReportedModel {
  readonly gpus: readonly Gpus[];
}

/** An endpoint of the key's project. */
export interface ReportedEndpoint {
  readonly name: string;
  /** The states of its deployments: `"ready"`, `"stopped"` and others; empty if it has none. */
  readonly states: readonly string[];
  readonly readyReplicas: number;
  /** The model that it runs; `null` if the list of models does not name it. */
  readonly baseModel: string | null;
  readonly options: PastedOptions;
}

/** The output of `together-retrieval models`. `null` for a list that the server does not have, or that failed. */
export interface ModelsReport {
  readonly baseURL: string;
  /** The lists whose requests failed. */
  readonly failed: readonly (keyof Lists)[];
  readonly endpoints: readonly ReportedEndpoint[] | null;
  readonly listed: readonly ReportedModel[] | null;
  /** The number of models that the server lists without a type, and that this package does not know. */
  readonly untyped: number;
  readonly deployable: readonly DeployableModel[] | null;
}

/** Creates the report. Names of the server are shown without control characters and without the key. */
export function createReport(
  lists: Lists,
  failed: readonly (keyof Lists)[],
  { baseURL, apiKey }: Connection,
  isTogether: boolean,
): ModelsReport {
  const shown = (name: string): string => hideKey(printable(name), apiKey).slice(0, MAX_NAME_LENGTH);
  const dedicated = isTogether ? DEDICATED_BASE_URL : baseURL;
  const supported = lists.deployable?.map((one) => ({ ...one, name: shown(one.name) }));
  const typed = lists.listed?.map(({ id, type }) => ({ id: shown(id), type: typeOf(id, type) }));
  return {
    baseURL,
    failed,
    endpoints:
      lists.endpoints?.flatMap((endpoint) => endpointOf(endpoint, supported, dedicated, shown)) ?? null,
    listed: typed?.flatMap(({ id, type }) => (isModelKind(type) ? listedOf(id, type, baseURL) : [])) ?? null,
    untyped: typed?.filter(({ type }) => type === undefined).length ?? 0,
    deployable: supported?.flatMap((model) => deployableOf(model, dedicated, shown)) ?? null,
  };
}

function listedOf(id: string, type: ModelKind, baseURL: string): ReportedModel {
  return { id, type, facts: factsOf(id, type), options: { model: id, baseURL } };
}

function deployableOf(
  { name, kinds, gpus }: SupportedModel,
  baseURL: string,
  shown: (name: string) => string,
): DeployableModel[] {
  return kinds.map((type) => ({
    id: name,
    type,
    facts: factsOf(name, type),
    options: optionsFor("<project>/<endpoint>", name, baseURL),
    gpus: gpus.map((one) => ({ type: shown(one.type), count: one.count })),
  }));
}

/** Describes an endpoint, unless it runs a model that neither embeds nor reranks. */
function endpointOf(
  { name, deployments }: ProjectEndpoint,
  supported: readonly SupportedModel[] | undefined,
  baseURL: string,
  shown: (name: string) => string,
): ReportedEndpoint[] {
  const weights = deployments.map((deployment) => deployment.weights);
  const base = supported?.find((model) => model.weights.some((id) => weights.includes(id)));
  if (base?.kinds.length === 0) return [];
  const model = shown(name);
  return [
    {
      name: model,
      states: [...new Set(deployments.map(({ state }) => shown(state)))],
      readyReplicas: deployments.reduce((sum, { readyReplicas = 0 }) => sum + readyReplicas, 0),
      baseModel: base?.name ?? null,
      options: optionsFor(model, base?.name, baseURL),
    },
  ];
}

/** Returns the task of a model: by its type, or else by its known id. Any other type is kept. */
function typeOf(id: string, type: string | undefined): string | undefined {
  if (type !== undefined) return type;
  if (embeddingModel(id)) return "embedding";
  return rerankModel(id) ? "rerank" : undefined;
}

function isModelKind(type: string | undefined): type is ModelKind {
  return type === "embedding" || type === "rerank";
}

function factsOf(id: string, type: ModelKind): ModelFacts | null {
  const known = type === "embedding" ? embeddingModel(id) : rerankModel(id);
  if (!known) return null;
  return {
    dimensions: "dimensions" in known ? known.dimensions : null,
    maxInputTokens: known.maxInputTokens,
    queryPrefix: "queryPrefix" in known ? known.queryPrefix : "",
    maxDocuments: ("maxDocuments" in known ? known.maxDocuments : undefined) ?? null,
    retired: known.retired ?? null,
  };
}

/** `baseModel` takes the ids of known models only. */
function optionsFor(model: string, runs: string | undefined, baseURL: string): PastedOptions {
  const baseModel = Object.values(knownModels)
    .flat()
    .find((id) => id.toLowerCase() === runs?.toLowerCase());
  return { model, ...(baseModel !== undefined && { baseModel }), baseURL };
}
