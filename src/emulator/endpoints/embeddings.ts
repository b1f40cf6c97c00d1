import { invalidArgument } from "../api-error.js";
import { corruptItems, corruptList } from "../faults/apply-fault.js";
import { corruptVectors, jsonNumbers, type VectorItem } from "../faults/corrupt-vectors.js";
import { writeInvalidNumbers } from "../faults/invalid-json.js";
import type { EmulatorSettings } from "../settings.js";
import { jsonResponse } from "../response.js";
import { countTokens } from "../tokens.js";
import { encodeBase64 } from "./base64.js";
import { asList, type EmulatedEndpoint, type UsageBody } from "./endpoint.js";
import {
  acceptedTexts,
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

// `encoding_format` is not in Together's specification (2026-04-28), but Together has served it since 2025-09.
const ARGUMENTS = new Set(["model", "input", "encoding_format"]);

/** As OpenAI's API (its reference, 2026-11). Together's limit is not documented. */
const MAX_INPUTS = 2048;

/** `POST /v1/embeddings` */
export const embeddings: EmulatedEndpoint = {
  path: "/embeddings",
  versions: ["v1"],
  method: "POST",
  texts: ({ input }) => asList(input),
  prepare(json, settings) {
    const body = requireObject(json);
    const model = requireModel(body, "embedding", settings);
    rejectUnknownArguments(body, ARGUMENTS);
    const id = body["model"] as string;
    const input = inputOf(body);
    rejectTooMany(input, MAX_INPUTS, settings);
    const texts = acceptedTexts(input, model.maxTokens, settings);
    const base64 = useBase64(body, settings);
    return async ({ fault }) => {
      const vectors = await settings.embed(texts, id, model);
      const items = corruptItems(vectors.map(toItem), fault.kind, settings.random, texts.length);
      const usage = model.reportsUsage === false || fault.kind === "usage-null" ? null : usageOf(texts);
      const encode = base64 ? encodeBase64 : jsonNumbers;
      const data = corruptVectors(items, fault.kind, base64).map((item) => ({
        object: "embedding",
        index: item.index,
        embedding: typeof item.embedding === "object" ? encode(item.embedding) : item.embedding,
      }));
      const response = { object: "list", model: id, data: corruptList(data, fault.kind), usage };
      return jsonResponse(200, writeInvalidNumbers(JSON.stringify(response), fault.kind));
    };
  },
};

function inputOf(body: JsonObject): string[] {
  const expected = "a string or a list of strings";
  const input = requiredArgument(body, "input", expected, (value) => isString(value) || isStrings(value));
  if (input.length === 0 && typeof input !== "string") {
    throw invalidArgument("Input cannot be empty", "input");
  }
  return typeof input === "string" ? [input] : input;
}

function useBase64(body: JsonObject, { base64 }: EmulatorSettings): boolean {
  const format = optionalArgument(body, "encoding_format", '"float" or "base64"', isFormat);
  if (format === "base64" && base64 === "reject") {
    throw invalidArgument("encoding_format base64 is not supported", "encoding_format");
  }
  return format === "base64" && base64 === "serve";
}

const isFormat = (value: unknown): value is string => value === "float" || value === "base64";

function toItem(embedding: ArrayLike<number>, index: number): VectorItem {
  return { index, embedding };
}

function usageOf(texts: readonly string[]): UsageBody {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
}
