/** Reads what the AI SDK passes to a model in a call. */

import type { SharedV3ProviderOptions } from "@ai-sdk/provider";
import { OptionReader, isOptions } from "../core/options/option-reader.js";
import { cannot } from "../core/errors/together-error.js";
import type { AnyTable, Resolved } from "../core/options/option-types.js";

/**
 * Reads `providerOptions.together` of a call.
 *
 * @throws {@link TogetherError} `invalid_option` if it is not an object, or has an option that `table` does not have.
 */
export function readProviderOptions<Table extends AnyTable>(
  given: SharedV3ProviderOptions | undefined,
  table: Table,
  task: string,
): Resolved<Table> {
  const own: unknown = given?.["together"] ?? {};
  if (isOptions(own, table)) return new OptionReader(own, table, "", "", task).readAll();
  const problem = "`providerOptions.together` is not an object";
  throw cannot("invalid_option", task, problem, `it takes ${Object.keys(table).join(", ")}`);
}
