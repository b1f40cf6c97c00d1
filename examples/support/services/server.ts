import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A server of this machine, in a folder of its own. */
export interface RunningServer {
  readonly url: string;
  /** Stops it in order, and starts it again on the same port with what it had stored. */
  restart(): Promise<void>;
  /** Stops it and removes its folder. */
  stop(): Promise<void>;
}

/** How a server is started and stopped. */
export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly port: number;
  /** What asks it to stop. PostgreSQL waits for its clients at SIGTERM, and cuts them off at SIGINT. */
  readonly stopSignal: "SIGTERM" | "SIGINT";
  /** Resolves when it can be used; before that it may refuse, or say that it is still loading. */
  readonly ready: () => Promise<boolean>;
}

const PATIENCE_MS = 30_000;

/** A process that is known by its id alone, so that no other server of this machine is ever stopped. */
export class ServerProcess {
  readonly #launch: Launch;
  #child: ChildProcess | undefined;
  #said = "";

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  async start(): Promise<void> {
    const { command, args, options, name } = this.#launch;
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on("data", (piece: Buffer) => (this.#said = `${this.#said}${piece.toString()}`.slice(-2000)));
    child.once("error", (error) => (this.#said = error.message));
    const end = Date.now() + PATIENCE_MS;
    while (!(await this.#launch.ready())) {
      if (hasEnded(child)) throw new Error(`Cannot start ${name}: it ended at once; it said: ${this.#said}`);
      if (Date.now() > end) {
        await this.stop();
        throw new Error(`Cannot start ${name}: it was not ready after 30 s; it said: ${this.#said}`);
      }
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill(this.#launch.stopSignal);
    const last = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    await ended;
    clearTimeout(last);
  }
}

/** A server as its users see it: what it stored is in a folder that goes with it. */
export function runningServer(server: ServerProcess, url: string, folder: string): RunningServer {
  return {
    url,
    restart: async () => {
      await server.stop();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Whether a server answers a line of text with another that begins as expected. */
export function answers(port: number, question: string, beginning: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(question));
    const done = (fine: boolean): void => {
      socket.destroy();
      resolve(fine);
    };
    socket.once("data", (data) => done(data.toString().startsWith(beginning)));
    socket.once("error", () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}
