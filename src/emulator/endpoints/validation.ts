import type { EmulatedModel } from "../models.js";
import { invalidArgument, ApiError, tooManyTokens, unknownArguments, unknownModel } from "../api-error.js";
import type { Settings } from "../settings.js";
import { countTokens, firstTokens } from "../tokens.js";

/** A JSON object: a request, or a document of one. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** @throws {ApiError} 400, if the body is not a JSON object. */
export function requireObject(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw new ApiError(400, "Request body must be a valid JSON object.");
}

/** @throws {ApiError} 400, if there are arguments that the API does not know. */
export function rejectUnknownArguments(body: JsonObject, known: ReadonlySet<string>): void {
  const unknown = Object.keys(body).filter((name) => !known.has(name));
  if (unknown.length > 0) throw unknownArguments(unknown);
}

/** @throws {ApiError} 400, if the argument is missing or not what it should be. */
export function requiredArgument<Value>(
  body: JsonObject,
  name: string,
  wanted: string,
  is: (value: unknown) => value is Value,
): Value {
  const value = body[name];
  if (value === undefined || value === null)
    throw invalidArgument(`Missing required argument: ${name}`, name);
  if (!is(value)) throw invalidArgument(`Invalid argument ${name}: expected ${wanted}`, name);
  return value;
}

/** Like {@link requiredArgument}, for one that may be left out. */
export function optionalArgument<Value>(
  body: JsonObject,
  name: string,
  wanted: string,
  is: (value: unknown) => value is Value,
): Value | undefined {
  return body[name] === undefined ? undefined : requiredArgument(body, name, wanted, is);
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isString = (value: unknown): value is string => typeof value === "string";
export const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
export const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every(isString);
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

/** @throws {ApiError} 400, if the model is not served, or is of another kind. */
export function requireModel<Type extends EmulatedModel["type"]>(
  body: JsonObject,
  type: Type,
  { models }: Settings,
): Extract<EmulatedModel, { type: Type }> {
  const id = requiredArgument(body, "model", "a string", isString);
  const model = Object.hasOwn(models, id) ? models[id] : undefined;
  if (!model) throw unknownModel(id);
  if (model.type !== type)
    throw invalidArgument(`Model ${id} is of type ${model.type}, not ${type}`, "model");
  return model as Extract<EmulatedModel, { type: Type }>;
}

/**
 * The texts as the model takes them: too long ones cut, if the server truncates.
 *
 * @throws {ApiError} if there are too many texts or tokens, or one that the server refuses.
 */
export function acceptedTexts(
  texts: readonly string[],
  maxTokens: number | undefined,
  settings: Settings,
): string[] {
  const most = settings.maxBatchTexts;
  if (texts.length > most)
    throw tooLarge(settings, `batch size ${texts.length} > maximum allowed batch size ${most}`);
  let sum = 0;
  const accepted = texts.map((text) => {
    if (settings.blankText === "reject" && text.trim() === "")
      throw invalidArgument("Input cannot be blank", "input");
    const tokens = countTokens(text);
    sum += tokens;
    if (maxTokens === undefined || tokens <= maxTokens) return text;
    if (settings.longText === "reject") throw tooManyTokens(maxTokens, tokens);
    return firstTokens(text, maxTokens);
  });
  if (sum <= settings.maxBatchTokens) return accepted;
  throw tooLarge(
    settings,
    `batch of ${sum} tokens > maximum allowed batch tokens ${settings.maxBatchTokens}`,
  );
}

function tooLarge({ tooLargeStatus }: Settings, message: string): ApiError {
  return new ApiError(tooLargeStatus, message);
}
