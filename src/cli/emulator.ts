import { createEmulator, type EmulatorOptions, type EmulatorServer } from "../emulator/index.js";
import { parseNumber, parseOptions, type Command } from "./command.js";

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

type EmulatorArguments = { readonly [name in (typeof NAMES)[number]]?: string };

/** `together-retrieval emulator` */
export const emulatorCommand: Command = {
  name: "emulator",
  summary: "Serve the Together API on this machine: embeddings, rerank, chat, models",
  help: `Usage: together-retrieval emulator [options]

Serves the Together API on this machine for any client, without a network or a valid key. The first line of its
output is the base URL. Its models compare words, not meaning: use them to test retrieval, not to evaluate it.

  --port <number>                 port; 0 for a free port (default: 8080)
  --host <name>                   address; the default is this machine only (default: 127.0.0.1)
  --latency <milliseconds>        time that each response takes, without the work (default: 0)
  --workers <number>              requests that are processed at the same time (default: no limit)
  --service-time <milliseconds>   time that a worker takes per request (default: 0)
  --requests-per-second <number>  rate limit; requests above it get Together's 429 (default: no limit)
  --tokens-per-second <number>    rate limit in estimated tokens (default: no limit)
  --help                          print this help

Press Ctrl-C to stop the emulator.
`,
  async run(args) {
    const given = parseOptions(args, NAMES, ACTION, "together-retrieval emulator --help");
    const port = parseNumber(given.port, "port", ACTION, { min: 0, max: 65_535, integer: true }) ?? 8080;
    const host = given.host ?? "127.0.0.1";
    const emulator = createEmulator(emulatorOptions(given));
    const server = await emulator.listen({ port, host }).catch((error: unknown) => {
      throw new Error(
        `Cannot ${ACTION}: ${describeListenError(error as NodeJS.ErrnoException, port, host)}`,
        {
          cause: error,
        },
      );
    });
    console.log(server.url);
    console.log("Any API key is accepted. The models compare words, not meaning. Press Ctrl-C to stop.");
    await waitForShutdown(server);
  },
};

function emulatorOptions(given: EmulatorArguments): EmulatorOptions {
  const number = (name: keyof EmulatorArguments, min: number, integer = false): number | undefined =>
    parseNumber(given[name], name, ACTION, { min, integer });
  const workers = number("workers", 1, true);
  const limits = limitsFrom(number("requests-per-second", 0.001), number("tokens-per-second", 1));
  return {
    // A server may run for days: its request log must not grow.
    keepRequests: 0,
    keepBodies: false,
    latency: number("latency", 0) ?? 0,
    serviceTime: number("service-time", 0) ?? 0,
    ...(workers !== undefined && { workers }),
    ...(limits && { limits }),
  };
}

function limitsFrom(requestsPerSecond?: number, tokensPerSecond?: number): EmulatorOptions["limits"] {
  if (requestsPerSecond === undefined && tokensPerSecond === undefined) return undefined;
  return {
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(tokensPerSecond !== undefined && { tokensPerSecond }),
  };
}

/** Returns the problem and its fix. */
function describeListenError({ code, message }: NodeJS.ErrnoException, port: number, host: string): string {
  if (code === "EADDRINUSE")
    return `port ${port} is in use; set another with --port, or use --port 0 for a free port`;
  if (code === "EACCES")
    return `port ${port} needs privileges that this user does not have; set one above 1023 with --port`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return `"${host}" is not an address of this machine; set one with --host, or omit --host for 127.0.0.1`;
  }
  return `${message}; set other values for --host and --port`;
}

/** Waits for SIGINT or SIGTERM, and then until the server is closed. */
function waitForShutdown(server: EmulatorServer): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => void server.close().then(resolve);
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}
