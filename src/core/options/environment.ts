/** Reads environment variables. No other file does. */

/** Returns the first variable that is set and not empty. */
export function readEnvironment(names: readonly string[] = []): string | undefined {
  return names.map(readVariable).find(Boolean);
}

/** Works without `process`. Deno asks for permission, and throws without it. */
function readVariable(name: string): string | undefined {
  try {
    const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
    return process?.env?.[name];
  } catch {
    return undefined;
  }
}
