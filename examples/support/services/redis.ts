import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, respondsTo, runningServer, ServerProcess, type RunningServer } from "./server.js";

/** Starts a new Redis on a free port with the settings that BullMQ needs: it saves all data, and evicts nothing. */
export async function startRedis(): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  const port = await freePort();
  const server = new ServerProcess({
    name: "Redis",
    command: "redis-server",
    args: [
      ["--port", String(port)],
      ["--bind", "127.0.0.1"],
      ["--dir", folder],
      ["--appendonly", "yes"],
      ["--save", ""],
      ["--maxmemory-policy", "noeviction"],
    ].flat(),
    options: {},
    port,
    stopSignal: "SIGTERM",
    ready: () => respondsTo(port, "PING\r\n", "+PONG"),
  });
  const running = runningServer(server, `redis://127.0.0.1:${port}`, folder);
  await server.start().catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return running;
}
