/**
 * Starts PostgreSQL with pgvector, and Redis, each in a temporary folder on a free port. They run until the command
 * ends or, without a command, until Ctrl-C.
 *
 *     npm run services -- npx tsx examples/bulk-ingest/main.ts
 *
 * `npm run services -- --install`, as root, installs both from Debian's packages.
 */

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { missingServices, startServices } from "./index.js";

if (process.argv[2] === "--install") {
  const script = fileURLToPath(new URL("install.sh", import.meta.url));
  process.exit(spawnSync("bash", [script], { stdio: "inherit" }).status ?? 1);
}
const missing = await missingServices();
if (missing.length > 0) {
  console.error(
    `Cannot start the services: ${missing.join(", ")} missing; run npm run services -- --install as root`,
  );
  process.exit(1);
}
// The signal of Ctrl-C reaches the command, too. The servers stop after the command has ended.
const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const services = await startServices();
try {
  process.exitCode = await during(process.argv.slice(2));
} finally {
  await services.stop();
}

async function during([command, ...args]: readonly string[]): Promise<number> {
  if (command === undefined) {
    for (const [name, value] of Object.entries(services.environment)) console.log(`export ${name}=${value}`);
    console.error("PostgreSQL and Redis are running. Press Ctrl-C to stop them and to delete their data.");
    await interrupted;
    return 0;
  }
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...services.environment } });
  void interrupted.then(() => child.kill("SIGTERM"));
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}
