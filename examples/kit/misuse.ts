/** An error of the user: the program prints its message, and exits with code 2. */
export class Misuse extends Error {}

/** Prints the message of an error, without its stack, and sets the exit code. */
export function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof Misuse ? 2 : 1;
}
