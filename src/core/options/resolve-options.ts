/** Resolves options: checks them, fills in their defaults, and checks that they fit together. */

import type Together from "together-ai";
import { containsKey } from "../errors/redact.js";
import { embedderOptions } from "./embedder-options.js";
import { OptionReader } from "./option-reader.js";
import type { Resolved } from "./option-types.js";
import type { EmbedderOptions, RerankerOptions } from "./options.js";
import { rerankerOptions } from "./reranker-options.js";
import type { sharedOptions } from "./shared-options.js";

/** Shared options with their defaults. */
export type ResolvedShared = Resolved<ReturnType<typeof sharedOptions>>;

/** Options of an embedder with their defaults. */
export type ResolvedEmbedder = Resolved<typeof embedderOptions>;

/** Options of a reranker with their defaults. */
export type ResolvedReranker = Resolved<typeof rerankerOptions>;

/** The options that a client replaces. */
const CLIENT_OPTIONS = ["apiKey", "baseURL", "fetch"] as const;

/**
 * Resolves the options of an embedder.
 *
 * @param name - The class, for error messages.
 * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
 */
export function resolveEmbedder(options: EmbedderOptions, name: string): ResolvedEmbedder {
  const reader = new OptionReader(options, embedderOptions, name);
  const resolved = reader.readAll(settingsOfClient(reader));
  rejectMisplacedKey(resolved, reader);
  const { countTokens, longText, maxInputTokens } = resolved;
  if (longText === "reject" && !countTokens) {
    throw reader.error(
      '`longText` is "reject" without `countTokens`',
      "pass the model's tokenizer, because an estimate must not reject a text",
    );
  }
  if (longText === "reject" && maxInputTokens === undefined) {
    throw reader.error(
      '`longText` is "reject" for a model of unknown limit',
      "set `baseModel` or `maxInputTokens`",
    );
  }
  return resolved;
}

/**
 * Resolves the options of a reranker.
 *
 * @param name - The class, for error messages.
 * @throws {@link TogetherError} `invalid_option` or `missing_api_key`.
 */
export function resolveReranker(options: RerankerOptions, name: string): ResolvedReranker {
  const reader = new OptionReader(options, rerankerOptions, name);
  const resolved = reader.readAll(settingsOfClient(reader));
  rejectMisplacedKey(resolved, reader);
  return resolved;
}

type SharedReader = Pick<OptionReader<ReturnType<typeof sharedOptions>>, "has" | "read" | "check" | "error">;

/** Returns the key and the URL of a client, if there is one. */
function settingsOfClient(reader: SharedReader): { apiKey?: string; baseURL?: string } {
  if (!reader.has("client")) return {};
  const duplicates = CLIENT_OPTIONS.filter((name) => reader.has(name));
  if (duplicates.length > 0) {
    throw reader.error(
      `\`client\` and \`${duplicates.join("`, `")}\` are both set`,
      "set them on the client, or leave the client out",
    );
  }
  const { apiKey, baseURL } = reader.read("client") as Together;
  return { apiKey: String(apiKey), baseURL: reader.check("baseURL", baseURL) };
}

/** Model and address are in messages, events and properties, so neither may contain a key. */
function rejectMisplacedKey({ model, baseURL, apiKey }: ResolvedShared, { error }: SharedReader): void {
  if (containsKey(model, apiKey)) {
    throw error("`model` holds an API key", "pass the key as `apiKey`, and as `model` the model's id");
  }
  if (containsKey(new URL(baseURL).pathname, apiKey)) {
    throw error("`baseURL` holds an API key", "pass the key as `apiKey`, and as `baseURL` the plain address");
  }
}
