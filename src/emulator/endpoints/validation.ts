import { ApiError, invalidArgument, tooManyTokens, unknownArguments, unknownModel } from "../api-error.js";
import type { EmulatedModel } from "../models.js";
import type { EmulatorSettings } from "../settings.js";
import { countTokens, truncate } from "../tokens.js";

/** A JSON object: the body of a request, or a document in it. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws {ApiError} 400 if the body is not a JSON object. */
export function requireObject(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw new ApiError(400, "Request body must be a valid JSON object.");
}

/** @throws {ApiError} 400 if the body has arguments that the API does not support. */
export function rejectUnknownArguments(body: JsonObject, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).filter((name) => !known.has(name));
  if (unknown.length > 0) throw unknownArguments(unknown);
}

/**
 * Reads an argument.
 *
 * @throws {ApiError} 400 if it is missing or has the wrong type.
 */
export function requiredArgument<Value>(
  body: JsonObject,
  name: string,
  expected: string,
  isValid: (value: unknown) => value is Value,
): Value {
  const value = body[name];
  if (value === undefined || value === null) {
    throw invalidArgument(`Missing required argument: ${name}`, name);
  }
  if (!isValid(value)) throw invalidArgument(`Invalid argument ${name}: expected ${expected}`, name);
  return value;
}

/** Reads an optional argument as {@link requiredArgument} does; undefined if it is missing. */
export function optionalArgument<Value>(
  body: JsonObject,
  name: string,
  expected: string,
  isValid: (value: unknown) => value is Value,
): Value | undefined {
  return body[name] === undefined ? undefined : requiredArgument(body, name, expected, isValid);
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isString = (value: unknown): value is string => typeof value === "string";
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
export const isPositiveInteger = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) > 0;

/**
 * Returns the model that a request names.
 *
 * @throws {ApiError} 400 if the model is not served, or has another type.
 */
export function requireModel<Type extends EmulatedModel["type"]>(
  body: JsonObject,
  type: Type,
  { models }: EmulatorSettings,
): Extract<EmulatedModel, { type: Type }> {
  const id = requiredArgument(body, "model", "a string", isString);
  const model = Object.hasOwn(models, id) ? models[id] : undefined;
  if (!model) throw unknownModel(id);
  if (model.type !== type) {
    throw invalidArgument(`Model ${id} is of type ${model.type}, not ${type}`, "model");
  }
  return model as Extract<EmulatedModel, { type: Type }>;
}

/**
 * Returns the texts as the model reads them: those beyond `maxTokens` are truncated if `longText` is `"truncate"`.
 *
 * @param queryTokens - Tokens of the query, which a reranker reads with each text.
 * @throws {ApiError} if there are too many tokens, or a text is too long or blank and the settings reject it.
 */
export function acceptedTexts(
  texts: readonly string[],
  maxTokens: number | undefined,
  settings: EmulatorSettings,
  queryTokens = 0,
): string[] {
  const { maxBatchTokens } = settings;
  let sum = 0;
  const accepted = texts.map((text) => {
    if (settings.blankText === "reject" && text.trim() === "") {
      throw invalidArgument("Input cannot be blank", "input");
    }
    const tokens = countTokens(text);
    sum += queryTokens + tokens;
    if (maxTokens === undefined || tokens <= maxTokens) return text;
    if (settings.longText === "reject") throw tooManyTokens(maxTokens, tokens);
    return truncate(text, maxTokens);
  });
  if (sum <= maxBatchTokens) return accepted;
  throw tooLarge(settings, `batch of ${sum} tokens > maximum allowed batch tokens ${maxBatchTokens}`);
}

/** @throws {ApiError} `tooLargeStatus` if there are more texts than `maxBatchTexts`, which is `most` by default. */
export function rejectTooMany(texts: readonly unknown[], most: number, settings: EmulatorSettings): void {
  const { maxBatchTexts = most } = settings;
  if (texts.length <= maxBatchTexts) return;
  throw tooLarge(settings, `batch size ${texts.length} > maximum allowed batch size ${maxBatchTexts}`);
}

function tooLarge({ tooLargeStatus }: EmulatorSettings, message: string): ApiError {
  return new ApiError(tooLargeStatus, message);
}
