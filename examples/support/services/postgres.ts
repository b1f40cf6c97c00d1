import { execFile } from "node:child_process";
import { chmod, chown, mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort, runningServer, ServerProcess, type RunningServer } from "./server.js";

const run = promisify(execFile);

const DEBIANS_FOLDER = "/usr/lib/postgresql";

/** Returns the folder of the newest installed PostgreSQL on Debian; `undefined` if there is none. */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = await readdir(DEBIANS_FOLDER).catch(() => []);
  const newest = versions
    .map(Number)
    .filter(Number.isFinite)
    .toSorted((left, right) => right - left)[0];
  return newest === undefined ? undefined : join(DEBIANS_FOLDER, String(newest), "bin");
}

/** Starts a new PostgreSQL on a free port, without a password. */
export async function startPostgres(): Promise<RunningServer> {
  const programs = await postgresPrograms();
  if (!programs)
    throw new Error("Cannot start PostgreSQL: it is not installed; run npm run services -- --install");
  const owner = await ownerOfServers();
  const folder = await mkdtemp(join(tmpdir(), "postgres-"));
  await chmod(folder, 0o700);
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const port = await freePort();
  const options = { ...owner, cwd: folder };
  const server = new ServerProcess({
    name: "PostgreSQL",
    command: join(programs, "postgres"),
    args: ["-D", folder, "-p", String(port), "-k", folder, ...settings()],
    options,
    port,
    stopSignal: "SIGINT",
    ready: () =>
      run(join(programs, "pg_isready"), ["-h", "127.0.0.1", "-p", String(port)]).then(
        () => true,
        () => false,
      ),
  });
  const running = runningServer(server, `postgresql://postgres@127.0.0.1:${port}/postgres`, folder);
  try {
    const init = ["-D", folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    await run(join(programs, "initdb"), init, options);
    await server.start();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** Returns settings for many vectors: few checkpoints, and memory to build an index. */
function settings(): string[] {
  const values = ["listen_addresses=127.0.0.1", "shared_buffers=256MB", "max_wal_size=4GB"];
  return [...values, "maintenance_work_mem=512MB"].flatMap((value) => ["-c", value]);
}

/** Returns the user for PostgreSQL if this process is root. PostgreSQL rejects root; its package adds a user. */
async function ownerOfServers(): Promise<{ uid: number; gid: number } | { uid?: never; gid?: never }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all([idOf("-u"), idOf("-g")]);
  return { uid, gid };
}

async function idOf(which: "-u" | "-g"): Promise<number> {
  return Number((await run("id", [which, "postgres"])).stdout);
}
