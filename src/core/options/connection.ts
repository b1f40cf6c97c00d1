/** The options for the model, and for the connection to the API. */

import type Together from "together-ai";
import { checkString, type Option, type OptionError } from "./option-types.js";

interface Variables {
  readonly environment: readonly string[];
}

/** A model's id. It is required. */
export const modelId: Option<string> = required((model, error) => {
  if (/[\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(model)) {
    throw error("`model` holds invisible characters", "type the model's id instead of copying it");
  }
  if (model.trim() !== "") return model;
  throw error(
    "`model` is missing",
    'name the model your index belongs to, such as "BAAI/bge-large-en-v1.5", or "<project>/<endpoint>" for a dedicated endpoint',
  );
});

/** An API key. It is required, and may have white space around it, as in files. */
export function apiKey({ environment }: Variables): Option<string> {
  return { environment, ...required(checkKey) };
}

function checkKey(text: string, error: OptionError): string {
  const key = text.trim();
  if (key === "") {
    throw error(
      "there is no API key",
      "set the environment variable TOGETHER_API_KEY, or pass `apiKey`",
      "missing_api_key",
    );
  }
  // A header cannot contain other characters, and the error that `fetch` throws for them quotes the key.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw error("the API key holds a space, a line break or a special character", "copy it once more");
  }
  return key;
}

/** An option without a default. A missing value causes the same error as an empty string. */
function required(checkText: (text: string, error: OptionError) => string): Option<string> {
  return {
    check: (value, name, error) => checkText(checkString(value, name, error), error),
    default: (_, error) => checkText("", error),
  };
}

/** An http or https URL without credentials, query and fragment. Slashes at its end are removed. */
export function url({
  environment,
  default: value,
}: Variables & { readonly default: string }): Option<string> {
  const check: Option<string>["check"] = (given, name, error) =>
    checkUrl(checkString(given, name, error), name, value, error);
  return { environment, check, default: () => value };
}

/** @param name - The option, or the environment variable that the URL comes from. */
function checkUrl(given: string, name: string, example: string, error: OptionError): string {
  const parsed = URL.canParse(given) ? new URL(given) : undefined;
  if (!parsed || !/^https?:/.test(parsed.protocol)) {
    throw error(`\`${name}\` is not an http or https address`, `write it like "${example}"`);
  }
  if (parsed.username !== "" || parsed.password !== "" || /[?#]/.test(parsed.href)) {
    throw error(
      `\`${name}\` holds a user name, a query or a fragment`,
      "pass the plain address; credentials belong in `apiKey`",
    );
  }
  return parsed.href.replace(/\/+$/, "");
}

/** A client of the SDK. */
export const togetherClient: Option<Together, Together | undefined> = {
  check: (value, _, error) => {
    if (typeof value === "object" && value !== null && "embeddings" in value && "rerank" in value) {
      return value as Together;
    }
    throw error("`client` is not a Together client", 'pass `new Together()` from "together-ai"');
  },
  default: () => undefined,
};
