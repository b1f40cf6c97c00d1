import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer, connect, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A running server with its own folder. */
export interface RunningServer {
  readonly url: string;
  /** Stops the server normally, and restarts it on the same port with its stored data. */
  restart(): Promise<void>;
  /** Stops the server, and removes its folder. */
  stop(): Promise<void>;
}

/** The commands and signals to start and stop a server. */
export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly options: SpawnOptions;
  readonly port: number;
  /** The signal to stop. PostgreSQL waits for its clients after SIGTERM, and disconnects them after SIGINT. */
  readonly stopSignal: "SIGTERM" | "SIGINT";
  /** Determines whether the server is ready. Before, it may reject connections or respond that it is loading. */
  readonly ready: () => Promise<boolean>;
}

const DEADLINE_MS = 30_000;

/** The process of a server. It is stopped by its id, so that no other server of this machine is stopped. */
export class ServerProcess {
  readonly #launch: Launch;
  #child: ChildProcess | undefined;
  #output = "";

  constructor(launch: Launch) {
    this.#launch = launch;
  }

  async start(): Promise<void> {
    const { command, args, options, name } = this.#launch;
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on(
        "data",
        (piece: Buffer) => (this.#output = `${this.#output}${piece.toString()}`.slice(-2000)),
      );
    child.once("error", (error) => (this.#output = error.message));
    const end = Date.now() + DEADLINE_MS;
    while (!(await this.#launch.ready())) {
      if (hasEnded(child))
        throw new Error(`Cannot start ${name}: it exited at once; its output: ${this.#output}`);
      if (Date.now() > end) {
        await this.stop();
        throw new Error(`Cannot start ${name}: it was not ready after 30 s; its output: ${this.#output}`);
      }
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || hasEnded(child)) return;
    const ended = once(child, "exit");
    child.kill(this.#launch.stopSignal);
    const last = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
    await ended;
    clearTimeout(last);
  }
}

/** Returns the methods of a server for its users. Its folder is removed when it stops. */
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

/** Returns a free port. Another process may take it afterwards. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Determines whether a server responds to a line of text with a line that begins as expected. */
export function respondsTo(port: number, question: string, beginning: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(question));
    const done = (isExpected: boolean): void => {
      socket.destroy();
      resolve(isExpected);
    };
    socket.once("data", (data) => done(data.toString().startsWith(beginning)));
    socket.once("error", () => done(false));
    socket.setTimeout(1000, () => done(false));
  });
}
