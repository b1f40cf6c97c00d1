import { containsKey } from "../core/errors/redact.js";
import { OptionReader } from "../core/options/option-reader.js";
import { sharedOptions } from "../core/options/shared-options.js";

/** The address of requests, and their key. */
export interface Connection {
  readonly apiKey: string;
  readonly baseURL: string;
}

const { apiKey, baseURL } = sharedOptions("embedding");

/**
 * Reads the key and the base URL as the package's classes do: as given, otherwise from the environment.
 *
 * @param task - The requested action; completes the sentence "Cannot ...".
 * @throws {TogetherError} `invalid_option` or `missing_api_key`.
 */
export function readConnection(
  given: { readonly [name in keyof Connection]?: string | undefined },
  task: string,
): Connection {
  const reader = new OptionReader(given, { apiKey, baseURL }, "a connection", "{ apiKey }", task);
  const connection = reader.readAll();
  if (!containsKey(new URL(connection.baseURL).pathname, connection.apiKey)) return connection;
  throw reader.error(
    "`baseURL` holds an API key",
    "pass the key as `apiKey`, and as `baseURL` the plain address",
  );
}
