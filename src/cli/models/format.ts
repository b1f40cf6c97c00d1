/** Formats the report of `together-retrieval models`. Pure. */

import { formatTable } from "../../probe/table.js";
import type {
  DeployableModel,
  Lists,
  ModelFacts,
  ModelsReport,
  PastedOptions,
  ReportedEndpoint,
  ReportedModel,
} from "./report.js";

const LEGEND = "?: unknown to this package. added: the client adds the model's prefix to each query.";
const NO_SERVERLESS = "Together has served no embedding or rerank model serverless since 2026-09";

/** Formats the report as tables with the options to paste below them. */
export function formatText(report: ModelsReport, isTogether: boolean): string {
  const { baseURL, endpoints, listed, deployable } = report;
  const sections: [heading: string, body: string][] = [
    [
      `Listed at ${baseURL}/models`,
      listed ? listedText(listed, report, isTogether) : noList("listed", report),
    ],
    [
      "Can be deployed on a dedicated endpoint",
      deployable ? deployableText(deployable) : noList("deployable", report),
    ],
  ];
  if (isTogether) {
    sections.unshift(["Your endpoints", endpoints ? endpointsText(endpoints) : noList("endpoints", report)]);
  }
  return sections.map(([heading, body]) => `${heading}\n\n${indent(body)}\n`).join("\n");
}

/** Explains why a list is missing. */
function noList(name: keyof Lists, { failed }: ModelsReport): string {
  if (failed.includes(name)) return "The request for this list failed.";
  return "This server does not have this list. If it should, check the base URL, which usually ends in /v1.";
}

/** Formats the report as JSON. */
export function formatJson(report: ModelsReport, version: string): string {
  return `${JSON.stringify({ "together-retrieval": version, ...report }, null, 2)}\n`;
}

function endpointsText(endpoints: readonly ReportedEndpoint[]): string {
  if (endpoints.length === 0) return "The project of this key has no endpoint for embeddings or reranking.";
  const rows = endpoints.map((endpoint) => [
    endpoint.name,
    stateOf(endpoint),
    endpoint.baseModel ?? "a model that is not in the list below",
  ]);
  const table = formatTable([["model", "state", "runs"], ...rows]);
  return `${table}\n\n${optionsText(endpoints)}`;
}

function stateOf({ states, readyReplicas }: ReportedEndpoint): string {
  if (states.length === 0) return "nothing deployed";
  const replicas = readyReplicas === 0 ? "" : ` (${readyReplicas} ready)`;
  return states.join(", ") + replicas;
}

function listedText(
  models: readonly ReportedModel[],
  { baseURL, untyped }: ModelsReport,
  isTogether: boolean,
): string {
  const ignored = untyped === 0 ? [] : [`The list has ${untyped} more without a type.`];
  if (models.length === 0) {
    const why = isTogether
      ? `${NO_SERVERLESS}. Run one on a dedicated endpoint (see together-retrieval/docs/guides/dedicated-endpoints.md).`
      : "Ask the operator of this server which model you can use.";
    return [`The server lists no embedding or rerank model. ${why}`, ...ignored].join("\n");
  }
  // Only Together's own list is about serverless models.
  const last = isTogether ? "not serverless since" : undefined;
  const rows = models.map((model) => [
    ...factCells(model),
    ...(last === undefined ? [] : [model.facts?.retired ?? ""]),
  ]);
  return [
    formatTable([[...FACTS, ...(last === undefined ? [] : [last])], ...rows]),
    LEGEND,
    "",
    `Options of a listed model: ${optionsCode({ model: "<model>", baseURL })}`,
    "A listed model may still need a dedicated endpoint. Check it with `npx together-retrieval probe`.",
    ...ignored,
  ].join("\n");
}

function deployableText(models: readonly DeployableModel[]): string {
  if (models.length === 0) {
    return "No embedding or rerank model can be deployed. Ask Together whether it can run yours, or set `baseURL` to another server.";
  }
  const rows = models.map((model) => [...factCells(model), gpusOf(model)]);
  return `${formatTable([[...FACTS, "GPUs"], ...rows])}\n${LEGEND}\n\n${optionsText(models)}`;
}

function gpusOf({ gpus }: DeployableModel): string {
  return [...new Set(gpus.map(({ type, count }) => `${count}x ${type}`))].join(" or ") || "not listed";
}

const FACTS = ["model", "type", "dimensions", "max tokens", "max documents", "query prefix"];

/** The cells of what this package knows of a model; `?` for what it does not know. */
function factCells({ id, type, facts }: ReportedModel): string[] {
  const isEmbedding = type === "embedding";
  return [
    id,
    type,
    isEmbedding ? numberIn(facts?.dimensions) : "",
    numberIn(facts?.maxInputTokens),
    isEmbedding ? "" : numberIn(facts?.maxDocuments),
    prefixOf(facts),
  ];
}

function numberIn(value: number | null | undefined): string {
  return value === null || value === undefined ? "?" : String(value);
}

function prefixOf(facts: ModelFacts | null): string {
  if (!facts) return "?";
  return facts.queryPrefix === "" ? "none" : "added";
}

/** The options of endpoints, one line per model that this package knows. */
function optionsText(models: readonly { readonly options: PastedOptions }[]): string {
  const codes = models.map(({ options }) => optionsCode(options));
  const isUnknown = models.some(({ options }) => options.baseModel === undefined);
  return [
    "Options to paste:",
    ...[...new Set(codes)].map((code) => `  ${code}`),
    ...(isUnknown
      ? ["For a model without `baseModel`, read its model card and set `queryPrefix` and `maxInputTokens`."]
      : []),
  ].join("\n");
}

function optionsCode({ model, baseModel, baseURL }: PastedOptions): string {
  const code = Object.entries({ model, baseModel, baseURL })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `{ ${code.join(", ")} }`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
