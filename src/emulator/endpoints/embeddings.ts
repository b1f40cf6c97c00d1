import type { Usage } from "../../core/wire.js";
import { encodeBase64 } from "./base64.js";
import {
  acceptedTexts,
  argument,
  isString,
  isStrings,
  jsonObject,
  modelOf,
  onlyArguments,
  optionalArgument,
  type Body,
} from "./validation.js";
import { asList, type Endpoint } from "./endpoint.js";
import { invalid } from "../api-error.js";
import { jsonReply } from "../response.js";
import { spoiledList, spoiledPlace } from "../faults/apply-fault.js";
import { countTokens } from "../tokens.js";
import { unquoted } from "../faults/invalid-json.js";
import { floatsOf, spoiledVectors, type VectorItem } from "../faults/corrupt-vectors.js";
import type { Settings } from "../settings.js";

// `encoding_format` is not in Together's specification, but served since 2025-09.
const ARGUMENTS = new Set(["model", "input", "encoding_format"]);

/** `POST /v1/embeddings` */
export const embeddings: Endpoint = {
  path: "/embeddings",
  method: "POST",
  texts: ({ input }) => asList(input),
  prepare(json, settings) {
    const body = jsonObject(json);
    const model = modelOf(body, "embedding", settings);
    onlyArguments(body, ARGUMENTS);
    const id = body["model"] as string;
    const texts = acceptedTexts(inputOf(body), model.maxTokens, settings);
    const base64 = wantsBase64(body, settings);
    return async ({ fault }) => {
      const vectors = await settings.embed(texts, id, model);
      const items = spoiledList(vectors.map(asItem), fault.kind, settings.random);
      const usage = model.reportsUsage === false || fault.kind === "usage-null" ? null : usageOf(texts);
      const write = base64 ? encodeBase64 : floatsOf;
      const data = spoiledVectors(items, fault.kind, base64).map((item) => ({
        object: "embedding",
        index: item.index,
        embedding: typeof item.embedding === "object" ? write(item.embedding) : item.embedding,
      }));
      const answer = { object: "list", model: id, data: spoiledPlace(data, fault.kind), usage };
      return jsonReply(200, unquoted(JSON.stringify(answer), fault.kind));
    };
  },
};

function inputOf(body: Body): string[] {
  const wanted = "a string or a list of strings";
  const input = argument(body, "input", wanted, (value) => isString(value) || isStrings(value));
  if (input.length === 0 && typeof input !== "string") throw invalid("Input cannot be empty", "input");
  return typeof input === "string" ? [input] : input;
}

function wantsBase64(body: Body, { base64 }: Settings): boolean {
  const format = optionalArgument(body, "encoding_format", '"float" or "base64"', isFormat);
  if (format === "base64" && base64 === "refuse") {
    throw invalid("encoding_format base64 is not supported", "encoding_format");
  }
  return format === "base64" && base64 === "serve";
}

const isFormat = (value: unknown): value is string => value === "float" || value === "base64";

function asItem(embedding: ArrayLike<number>, index: number): VectorItem {
  return { index, embedding };
}

function usageOf(texts: readonly string[]): Usage {
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0);
  return { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens };
}
