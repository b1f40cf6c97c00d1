/** PostgreSQL with pgvector, and Redis, on this machine, for tests, examples and CI. */

import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import { postgresPrograms, startPostgres } from "./postgres.js";
import { startRedis } from "./redis.js";
import type { RunningServer } from "./server.js";

export { startPostgres };

const run = promisify(execFile);

/** The two running servers. */
export interface Services {
  readonly postgres: RunningServer;
  readonly redis: RunningServer;
  /** The environment variables with the servers' addresses. */
  readonly environment: { readonly DATABASE_URL: string; readonly REDIS_URL: string };
  stop(): Promise<void>;
}

/** Starts both servers. */
export async function startServices(): Promise<Services> {
  const postgres = await startPostgres();
  const redis = await startRedis().catch(async (error: unknown) => {
    await postgres.stop();
    throw error;
  });
  return {
    postgres,
    redis,
    environment: { DATABASE_URL: postgres.url, REDIS_URL: redis.url },
    stop: async () => {
      await Promise.all([postgres.stop(), redis.stop()]);
    },
  };
}

/** Returns the names of the programs that are not installed. */
export async function missingServices(): Promise<string[]> {
  const programs = await postgresPrograms();
  const version = programs && basename(dirname(programs));
  const control = `/usr/share/postgresql/${version}/extension/vector.control`;
  const [vector, redis] = await Promise.all([
    access(control).then(
      () => true,
      () => false,
    ),
    run("redis-server", ["--version"]).then(
      () => true,
      () => false,
    ),
  ]);
  return [!programs && "PostgreSQL", !vector && "pgvector", !redis && "Redis"].filter(
    (name) => name !== false,
  );
}
