/** Reads the lists of models and endpoints that servers send. Any other form is an error. Pure. */

import type { ModelKind } from "../../core/options/base-model.js";
import { property } from "../../probe/probe-client.js";

/** A model of `GET /models`. */
export interface ListedModel {
  readonly id: string;
  /** `undefined` if the server lists it without a type. */
  readonly type: string | undefined;
}

/** GPUs on which a deployment runs a model. */
export interface Gpus {
  readonly type: string;
  readonly count: number;
}

/** A model of `GET /supported-models`. */
export interface SupportedModel {
  readonly name: string;
  readonly kinds: readonly ModelKind[];
  /** One entry per deployment profile. */
  readonly gpus: readonly Gpus[];
  /** The ids of its weights: `ml_...`. A deployment names its model by such an id. */
  readonly weights: readonly string[];
}

/** A dedicated endpoint of the key's project. */
export interface ProjectEndpoint {
  /** `"<project>/<endpoint>"` */
  readonly name: string;
  readonly deployments: readonly Deployment[];
}

/** A deployment behind an endpoint, running or not. */
export interface Deployment {
  /** In lower case: `"ready"`, `"stopped"`, `"scaling"` and others. */
  readonly state: string;
  readonly readyReplicas: number | undefined;
  /** The id of its weights: `ml_...`. */
  readonly weights: string | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page; `undefined` after the last one. */
  readonly next: string | undefined;
}

/** Thrown for a response of another form. The message completes "the server responded with ...". */
export class UnexpectedForm extends Error {}

/** Reads a list: a plain one, as Together's, or `{ data: [...] }`, as those of OpenAI and of gateways. */
export function readModels(body: unknown): ListedModel[] {
  const list = Array.isArray(body) ? body : property(body, "data");
  return readItems(list, (item) => {
    const id = textIn(item, "id");
    return id === undefined ? undefined : { id, type: textIn(item, "type") };
  });
}

/** Reads a page of deployable models (together-ai 0.52, `beta.models.listSupported`). */
export function readSupportedModels(body: unknown): Page<SupportedModel> {
  return readPage(body, (item) => {
    const name = textIn(item, "name");
    if (name === undefined) return undefined;
    const profiles = listIn(item, "deploymentProfiles");
    const weights = [property(item, "baseModel"), ...profiles.map((profile) => property(profile, "model"))];
    return {
      name,
      kinds: kindsOf(listIn(item, "capabilities"), textIn(item, "displayType")),
      gpus: profiles.map(readGpus).filter((gpus) => gpus !== undefined),
      weights: weights.map(weightsOf).filter((id) => id !== undefined),
    };
  });
}

/** Reads a page of endpoints (together-ai 0.52, `beta.endpoints.list`). */
export function readEndpoints(body: unknown): Page<ProjectEndpoint> {
  return readPage(body, (item) => {
    const name = textIn(item, "name");
    if (name === undefined) return undefined;
    return { name, deployments: listIn(item, "deployments").map(readDeployment) };
  });
}

/** Returns the id of the project that a key belongs to (together-ai 0.52, `whoami`). */
export function readProjectId(body: unknown): string {
  const id = textIn(body, "project_id");
  if (id !== undefined) return id;
  throw new UnexpectedForm("no project");
}

function readDeployment(item: unknown): Deployment {
  const replicas = property(item, "readyReplicas");
  return {
    state: (textIn(item, "state") ?? "unknown").replace("DEPLOYMENT_STATE_", "").toLowerCase(),
    readyReplicas: typeof replicas === "number" ? replicas : undefined,
    weights: weightsOf(property(item, "model")),
  };
}

function readGpus(profile: unknown): Gpus | undefined {
  const [type, count] = [textIn(profile, "gpuType"), property(profile, "gpuCount")];
  return type !== undefined && typeof count === "number" ? { type, count } : undefined;
}

/** Returns the id of the weights in `projects/{id}/models/{id}[/revisions/{id}]`. */
function weightsOf(resource: unknown): string | undefined {
  return typeof resource === "string" ? /\/models\/([^/]+)/.exec(resource)?.[1] : undefined;
}

/** A model without known capabilities is of the type that Together's website shows. */
function kindsOf(capabilities: readonly unknown[], displayType: string | undefined): ModelKind[] {
  const is = (kind: ModelKind, capability: string): boolean =>
    capabilities.includes(capability) || displayType === kind;
  return [
    ...(is("embedding", "CAPABILITY_EMBEDDING") ? (["embedding"] as const) : []),
    ...(is("rerank", "CAPABILITY_RERANKING") ? (["rerank"] as const) : []),
  ];
}

function readPage<Item>(body: unknown, read: (item: unknown) => Item | undefined): Page<Item> {
  return { items: readItems(property(body, "data"), read), next: textIn(body, "next_cursor") };
}

/** Reads what has the expected form. If no item has it, the list is another one. */
function readItems<Item>(list: unknown, read: (item: unknown) => Item | undefined): Item[] {
  if (!Array.isArray(list)) throw new UnexpectedForm("no list");
  const items = list.map(read).filter((item) => item !== undefined);
  if (items.length > 0 || list.length === 0) return items;
  throw new UnexpectedForm("a list of something else");
}

function textIn(item: unknown, name: string): string | undefined {
  const value = property(item, name);
  return typeof value === "string" && value !== "" ? value : undefined;
}

function listIn(item: unknown, name: string): unknown[] {
  const value = property(item, name);
  return Array.isArray(value) ? value : [];
}
