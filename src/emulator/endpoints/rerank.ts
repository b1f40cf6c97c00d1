import { invalidArgument } from "../api-error.js";
import { corruptItems, corruptList, type ResponseItem } from "../faults/apply-fault.js";
import { INFINITY_PLACEHOLDER, writeInvalidNumbers } from "../faults/invalid-json.js";
import type { EmulatedRerankModel } from "../models.js";
import type { EmulatorSettings } from "../settings.js";
import { jsonResponse, type EmulatedResponse } from "../response.js";
import { countTokens } from "../tokens.js";
import { asList, type EmulatedEndpoint, type RunContext, type UsageBody } from "./endpoint.js";
import {
  acceptedTexts,
  isBoolean,
  isObject,
  isPositiveInteger,
  isString,
  isStrings,
  optionalArgument,
  rejectTooMany,
  rejectUnknownArguments,
  requiredArgument,
  requireModel,
  requireObject,
  type JsonObject,
} from "./validation.js";

const ARGUMENTS = new Set(["model", "query", "documents", "top_n", "return_documents", "rank_fields"]);

/** The largest `batchSize` of this package's reranker. Together's limit is not documented. */
const MAX_DOCUMENTS = 10_000;

interface RankingResult extends ResponseItem {
  relevance_score: number | string | null;
  document: { text?: string };
}

/** A valid request. */
interface RankingRequest {
  readonly model: EmulatedRerankModel;
  readonly id: string;
  readonly query: string;
  /** The documents as the model reads them. */
  readonly texts: string[];
  /** The documents as responses return them. */
  readonly originals: string[];
  readonly topN: number;
  readonly returnDocuments: boolean;
}

/** `POST /v1/rerank` */
export const rerank: EmulatedEndpoint = {
  path: "/rerank",
  versions: ["v1"],
  method: "POST",
  texts: ({ documents }) => asList(documents),
  prepare(json, settings) {
    const request = parseRequest(requireObject(json), settings);
    return (context) => respond(request, settings, context);
  },
};

function parseRequest(body: JsonObject, settings: EmulatorSettings): RankingRequest {
  const model = requireModel(body, "rerank", settings);
  rejectUnknownArguments(body, ARGUMENTS);
  const documents = documentsOf(body, model);
  rejectTooMany(documents, MAX_DOCUMENTS, settings);
  const fields = optionalArgument(body, "rank_fields", "a list of strings", isStrings);
  const texts = documents.map((document) => (isString(document) ? document : fieldsText(document, fields)));
  const query = requiredArgument(body, "query", "a string", isString);
  return {
    model,
    id: body["model"] as string,
    query,
    texts: acceptedTexts(texts, model.maxTokens, settings, countTokens(query)),
    originals: documents.map((document) => (isString(document) ? document : JSON.stringify(document))),
    topN:
      optionalArgument(body, "top_n", "a whole number of 1 or more", isPositiveInteger) ?? documents.length,
    // Together's default is not documented, and its own clients always set the argument.
    returnDocuments: optionalArgument(body, "return_documents", "a boolean", isBoolean) ?? false,
  };
}

function documentsOf(body: JsonObject, model: EmulatedRerankModel): string[] | JsonObject[] {
  const expected = model.objects ? "a list of strings or a list of objects" : "a list of strings";
  const isDocuments = (value: unknown): value is string[] | JsonObject[] =>
    isStrings(value) || (model.objects === true && Array.isArray(value) && value.every(isObject));
  const documents = requiredArgument(body, "documents", expected, isDocuments);
  if (documents.length === 0) throw invalidArgument("Documents cannot be empty", "documents");
  const { maxDocuments = Infinity } = model;
  if (documents.length > maxDocuments) {
    const message = `${documents.length} documents > maximum of ${maxDocuments} documents`;
    throw invalidArgument(message, "documents");
  }
  return documents;
}

/** Joins the fields of a document in the requested order. The default is all fields, as Together specifies. */
function fieldsText(document: JsonObject, fields: readonly string[] = Object.keys(document)): string {
  return fields.map((field) => textOf(document[field])).join("\n");
}

function textOf(value: unknown): string {
  return isString(value) ? value : (JSON.stringify(value) ?? "");
}

async function respond(
  request: RankingRequest,
  settings: EmulatorSettings,
  { id, fault }: RunContext,
): Promise<EmulatedResponse> {
  const { texts, query, originals, returnDocuments } = request;
  const scores = await settings.rank(query, texts, request.id, request.model);
  const ranked = Array.from(scores, (score, index): RankingResult => ({
    index,
    relevance_score: score,
    document: returnDocuments ? { text: originals[index] as string } : {},
  }));
  // The sort is stable: equal scores keep the order of their documents.
  const best = ranked
    .toSorted((one, other) => Number(other.relevance_score) - Number(one.relevance_score))
    .slice(0, request.topN);
  const items = corruptItems(best, fault.kind, settings.random, texts.length);
  const results = corruptScores(items, fault.kind);
  const usage = fault.kind === "usage-null" ? null : usageOf(query, texts);
  const body = { object: "rerank", id, model: request.id, results: corruptList(results, fault.kind), usage };
  return jsonResponse(200, writeInvalidNumbers(JSON.stringify(body), fault.kind));
}

function corruptScores(results: RankingResult[], kind: RunContext["fault"]["kind"]): RankingResult[] {
  const [first] = results;
  if (!first || (kind !== "infinite-score" && kind !== "null-score")) return results;
  return results.with(0, { ...first, relevance_score: kind === "null-score" ? null : INFINITY_PLACEHOLDER });
}

function usageOf(query: string, texts: readonly string[]): UsageBody {
  // A cross-encoder reads the query once per document.
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), texts.length * countTokens(query));
  return { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
}
