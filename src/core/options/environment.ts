/** Reads environment variables. No other file does. */

/** Returns the first variable that is set and not empty. */
export function readEnvironment(names: readonly string[] = []): string | undefined {
  return names.map(readVariable).find(Boolean);
}

/** Throws nothing where there is no `process`, or where Deno denies permission. */
function readVariable(name: string): string | undefined {
  try {
    const { process } = globalThis as unknown as { process: { env: Record<string, string | undefined> } };
    return process.env[name];
  } catch {
    return undefined;
  }
}
