import type { Usage } from "../../core/wire.js";
import {
  acceptedTexts,
  requiredArgument,
  isBoolean,
  isCount,
  isObject,
  isString,
  isStrings,
  requireObject,
  requireModel,
  rejectUnknownArguments,
  optionalArgument,
  type JsonObject,
} from "./validation.js";
import { asList, type WorkContext, type EmulatedEndpoint } from "./endpoint.js";
import type { EmulatedRerankModel } from "../models.js";
import { invalidArgument } from "../api-error.js";
import { jsonResponse, type EmulatedResponse } from "../response.js";
import type { Settings } from "../settings.js";
import { corruptItems, corruptList, type ResponseItem } from "../faults/apply-fault.js";
import { countTokens } from "../tokens.js";
import { INFINITE, writeInvalidNumbers } from "../faults/invalid-json.js";

const ARGUMENTS = new Set(["model", "query", "documents", "top_n", "return_documents", "rank_fields"]);

interface RankingResult extends ResponseItem {
  relevance_score: number | string | null;
  document: { text?: string };
}

/** What a request asks for, once it is found in order. */
interface RankingRequest {
  readonly model: EmulatedRerankModel;
  readonly id: string;
  readonly query: string;
  /** As the model reads them. */
  readonly texts: string[];
  /** As answers give them back. */
  readonly originals: string[];
  readonly topN: number;
  readonly returnDocuments: boolean;
}

/** `POST /v1/rerank` */
export const rerank: EmulatedEndpoint = {
  path: "/rerank",
  method: "POST",
  texts: ({ documents }) => asList(documents),
  prepare(json, settings) {
    const question = parseRequest(requireObject(json), settings);
    return (circumstances) => answer(question, settings, circumstances);
  },
};

function parseRequest(body: JsonObject, settings: Settings): RankingRequest {
  const model = requireModel(body, "rerank", settings);
  rejectUnknownArguments(body, ARGUMENTS);
  const documents = documentsOf(body, model);
  const fields = optionalArgument(body, "rank_fields", "a list of strings", isStrings);
  const texts = documents.map((document) => (isString(document) ? document : ranked(document, fields)));
  return {
    model,
    id: body["model"] as string,
    query: requiredArgument(body, "query", "a string", isString),
    texts: acceptedTexts(texts, model.maxTokens, settings),
    originals: documents.map((document) => (isString(document) ? document : JSON.stringify(document))),
    topN: optionalArgument(body, "top_n", "a whole number of 1 or more", isCount) ?? documents.length,
    // Together's default is not documented; its own clients always say.
    returnDocuments: optionalArgument(body, "return_documents", "a boolean", isBoolean) ?? false,
  };
}

function documentsOf(body: JsonObject, model: EmulatedRerankModel): string[] | JsonObject[] {
  const wanted = model.objects ? "a list of strings or a list of objects" : "a list of strings";
  const isDocuments = (value: unknown): value is string[] | JsonObject[] =>
    isStrings(value) || (model.objects === true && Array.isArray(value) && value.every(isObject));
  const documents = requiredArgument(body, "documents", wanted, isDocuments);
  if (documents.length === 0) throw invalidArgument("Documents cannot be empty", "documents");
  const most = model.maxDocuments ?? Infinity;
  if (documents.length > most)
    throw invalidArgument(`${documents.length} documents > maximum of ${most} documents`, "documents");
  return documents;
}

/** An object as text: its fields in the order asked for, all of them by default, as the specification says. */
function ranked(document: JsonObject, fields: readonly string[] = Object.keys(document)): string {
  return fields.map((field) => textOf(document[field])).join("\n");
}

function textOf(value: unknown): string {
  return isString(value) ? value : (JSON.stringify(value) ?? "");
}

async function answer(
  question: RankingRequest,
  settings: Settings,
  { id, fault }: WorkContext,
): Promise<EmulatedResponse> {
  const { texts, query, originals, returnDocuments } = question;
  const scores = await settings.rank(query, texts, question.id, question.model);
  const results = Array.from(scores, (score, index): RankingResult => ({
    index,
    relevance_score: score,
    document: returnDocuments ? { text: originals[index] as string } : {},
  }));
  // Equal scores keep the order of their documents, as a stable sort does.
  const best = results
    .toSorted((one, other) => Number(other.relevance_score) - Number(one.relevance_score))
    .slice(0, question.topN);
  const listed = corruptScores(corruptItems(best, fault.kind, settings.random), fault.kind);
  const usage = fault.kind === "usage-null" ? null : usageOf(query, texts);
  const body = { object: "rerank", id, model: question.id, results: corruptList(listed, fault.kind), usage };
  return jsonResponse(200, writeInvalidNumbers(JSON.stringify(body), fault.kind));
}

function corruptScores(results: RankingResult[], kind: WorkContext["fault"]["kind"]): RankingResult[] {
  const [first] = results;
  if (!first || (kind !== "infinite-score" && kind !== "null-score")) return results;
  return results.with(0, { ...first, relevance_score: kind === "null-score" ? null : INFINITE });
}

function usageOf(query: string, texts: readonly string[]): Usage {
  // A cross-encoder reads the query once with every document.
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), texts.length * countTokens(query));
  return { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
}
