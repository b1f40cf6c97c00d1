/** The user asks for something that there is not: a sentence, and exit code 2. */
export class Misuse extends Error {}

/** Ends a program with a sentence instead of a stack. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
