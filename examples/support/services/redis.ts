import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answers, freePort, runningServer, ServerProcess, type RunningServer } from "./server.js";

/** Starts a Redis of its own on a free port, as BullMQ wants it: it keeps what it is told, and evicts nothing. */
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
    ready: () => answers(port, "PING\r\n", "+PONG"),
  });
  const running = runningServer(server, `redis://127.0.0.1:${port}`, folder);
  await server.start().catch(async (error: unknown) => {
    await running.stop();
    throw error;
  });
  return running;
}
