import {
  createEmulator,
  type EmulatorOptions,
  type EmulatorServer,
  type RateLimitOptions,
} from "../emulator/index.js";
import { numberFrom, optionsFrom, type Command } from "./command.js";

const ACTION = "start the emulator";
const NAMES = [
  "port",
  "host",
  "latency",
  "workers",
  "service-time",
  "requests-per-second",
  "tokens-per-second",
] as const;

type Given = { readonly [name in (typeof NAMES)[number]]?: string };

/** `together-retrieval emulator` */
export const emulatorCommand: Command = {
  name: "emulator",
  summary: "Serves the Together API on this machine: embeddings, rerank, chat, models",
  help: `Usage: together-retrieval emulator [options]

Serves the Together API on this machine, for any client, without a key or a network. The first line it prints is
the base URL. Its models compare words and understand nothing: enough to see retrieval work, not to judge it.

  --port <number>                 8080 by default; 0 takes a free one
  --host <name>                   127.0.0.1 by default: this machine only
  --latency <milliseconds>        round trip without the work; 0 by default
  --workers <number>              how many requests it works on at the same time; no limit by default
  --service-time <milliseconds>   how long a worker takes for a request; 0 by default
  --requests-per-second <number>  refuses what comes faster, with a 429 as Together's; no limit by default
  --tokens-per-second <number>    the same for tokens, as estimated; no limit by default
  --help                          prints this

Ctrl-C stops it.
`,
  async run(args) {
    const given = optionsFrom(args, NAMES, ACTION, "together-retrieval emulator --help");
    const port = numberFrom(given.port, "port", ACTION, { least: 0, most: 65_535, whole: true }) ?? 8080;
    const host = given.host ?? "127.0.0.1";
    const emulator = createEmulator(emulatorOptions(given));
    const server = await emulator.listen({ port, host }).catch((error: unknown) => {
      throw new Error(`Cannot ${ACTION}: ${trouble(error as NodeJS.ErrnoException, port, host)}`, {
        cause: error,
      });
    });
    console.log(server.url);
    console.log("Any API key will do. The models here are lexical: they compare words. Ctrl-C stops this.");
    await stopped(server);
  },
};

function emulatorOptions(given: Given): EmulatorOptions {
  const number = (name: keyof Given, least: number, whole = false): number | undefined =>
    numberFrom(given[name], name, ACTION, { least, whole });
  const workers = number("workers", 1, true);
  const limits = limitsFrom(number("requests-per-second", 0.001), number("tokens-per-second", 1));
  return {
    // A server may run for days: what it logs must not pile up.
    keepRequests: 0,
    keepBodies: false,
    latency: number("latency", 0) ?? 0,
    serviceTime: number("service-time", 0) ?? 0,
    ...(workers !== undefined && { workers }),
    ...(limits && { limits }),
  };
}

function limitsFrom(requestsPerSecond?: number, tokensPerSecond?: number): RateLimitOptions | undefined {
  if (requestsPerSecond === undefined && tokensPerSecond === undefined) return undefined;
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
  };
}

/** What is the case, and what to do. */
function trouble({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === "EADDRINUSE")
    return `port ${port} is in use; choose another with --port, or --port 0 for a free one`;
  if (code === "EACCES") return `port ${port} is not allowed to you; choose one above 1023 with --port`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `"${host}" is not an address of this machine; give one with --host, or leave it out for 127.0.0.1`;
  }
  return `${message}; give other values to --host and --port`;
}

/** Resolves when the user has stopped the server, and its port is free again. */
function stopped(server: EmulatorServer): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => void server.close().then(resolve);
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}
