/** Reads environment variables. No other file does. */

/** Returns the first variable that is set and not empty. Works without `process`, and in Deno without permission. */
export function readEnvironment(names: readonly string[]): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return names.map((name) => process?.env?.[name]).find(Boolean);
  } catch {
    return undefined;
  }
}
