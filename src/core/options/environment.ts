/** Reads environment variables. No other file does. */

/** An environment variable that is set. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** Returns the first variable that is set and not empty. */
export function readEnvironment(names: readonly string[] = []): Variable | undefined {
  for (const name of names) {
    const value = readVariable(name);
    if (value) return { name, value };
  }
  return undefined;
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
