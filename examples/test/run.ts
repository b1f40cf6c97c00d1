import { fileURLToPath } from "node:url";
import { runScript, type Outcome } from "../../test/support/program.js";

const EXAMPLE = fileURLToPath(new URL("../example.ts", import.meta.url));

/** Runs an example as `npm run example` does, without a terminal. */
export function run(
  args: readonly string[],
  { input = "", environment = {} }: { input?: string; environment?: Readonly<Record<string, string>> } = {},
): Promise<Outcome> {
  return runScript(EXAMPLE, args, { input, env: { ...process.env, ...environment } });
}
