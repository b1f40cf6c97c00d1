import {
  createEmulator,
  type EmulatorOptions,
  type EmulatorServer,
  type ListenOptions,
} from "../emulator/index.js";
import { hostNameAlone, hostNameOf, isLoopback } from "../emulator/server/host-name.js";
import { parseNumber, parseOptions, UsageError, type Command } from "./command.js";
import { watchProcess, watchedProcess } from "./parent.js";

const ACTION = "start the emulator";
/** The longest delay that a timer supports. */
const MAX_TIMER_MS = 2 ** 31 - 1;
const NAMES = [
  "port",
  "host",
  "allowed-hosts",
  "max-body-bytes",
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

Serves the Together API on this machine for any client, without a network or a valid key. The first line of the
output is the base URL. The models compare words, not meaning: use them to test retrieval, not to evaluate it.

  --port <number>                 port; 0 for a free port (default: 8080)
  --host <name>                   address to listen at (default: 127.0.0.1, this machine only)
  --allowed-hosts <names>         further host names of the server, separated by commas (default: none)
  --cors                          serve web pages of any origin (default: pages on this machine only)
  --max-body-bytes <number>       maximum size of a request body; larger ones get a 413 (default: 33554432)
  --latency <milliseconds>        delay of each response, besides the service time (default: 0)
  --workers <number>              maximum number of requests that it processes at once (default: no limit)
  --service-time <milliseconds>   time that a worker takes per request (default: 0)
  --requests-per-second <number>  rate limit; requests above it get a 429 (default: no limit)
  --tokens-per-second <number>    rate limit in estimated tokens (default: no limit)
  --help                          print this help

Press Ctrl-C to stop the emulator. It also stops when the process that started it ends, for example npx.
`,
  async run(args) {
    // Before the server starts, because the parent may end in the meantime.
    const parent = watchedProcess();
    const given = parseOptions(args, NAMES, ACTION, "together-retrieval emulator --help", ["cors"]);
    const { port, host, ...rest } = listenOptions(given);
    const emulator = createEmulator(emulatorOptions(given));
    const server = await emulator.listen({ port, host, ...rest }).catch((error: unknown) => {
      const problem = describeListenError(error as NodeJS.ErrnoException, port, host);
      throw new Error(`Cannot ${ACTION}: ${problem}`, { cause: error });
    });
    console.log(server.url);
    console.log(
      "The emulator accepts any API key. Its models compare words, not meaning. Press Ctrl-C to stop.",
    );
    if (!isLoopback(hostNameOf(new URL(server.url).host) ?? "")) console.error(warningFor(host));
    await waitForShutdown(server, parent);
  },
};

/** @throws {UsageError} if a value is out of range, or no host name. */
function listenOptions(given: EmulatorArguments & { readonly cors?: boolean }): Required<ListenOptions> {
  const names = given["allowed-hosts"];
  return {
    port: parseNumber(given.port, "port", ACTION, { min: 0, max: 65_535, integer: true }) ?? 8080,
    host: hostFrom("host", given.host ?? "127.0.0.1"),
    allowedHosts: names === undefined ? [] : names.split(",").map((name) => hostFrom("allowed-hosts", name)),
    cors: given.cors ?? false,
  };
}

function hostFrom(option: string, text: string): string {
  const name = text.trim();
  if (hostNameAlone(name) !== undefined) return name;
  const problem = name === "" ? "empty" : `"${name}", which is not a host name`;
  throw new UsageError(
    `Cannot ${ACTION}: --${option} is ${problem}; use a name or an address without a port, such as 127.0.0.1`,
  );
}

function warningFor(host: string): string {
  return `Warning: every machine that reaches ${host} can use this emulator; omit --host to serve this machine only`;
}

function emulatorOptions(given: EmulatorArguments): EmulatorOptions {
  const number = (name: keyof EmulatorArguments, min: number, integer = false): number | undefined =>
    parseNumber(given[name], name, ACTION, { min, integer });
  const milliseconds = (name: keyof EmulatorArguments): number =>
    parseNumber(given[name], name, ACTION, { min: 0, max: MAX_TIMER_MS }) ?? 0;
  const workers = number("workers", 1, true);
  const maxBodyBytes = number("max-body-bytes", 1, true);
  const limits = limitsFrom(number("requests-per-second", 0.001), number("tokens-per-second", 1));
  return {
    // A server may run for days: its request log must not grow.
    keepRequests: 0,
    keepBodies: false,
    latency: milliseconds("latency"),
    serviceTime: milliseconds("service-time"),
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
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

/**
 * Waits for SIGINT, SIGTERM or the end of the parent, and then until the server is closed. SIGHUP has no handler, because
 * its default ends the process too.
 */
function waitForShutdown(server: EmulatorServer, parent: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      unwatch();
      void server.close().then(resolve);
    };
    const unwatch = watchProcess(parent, stop);
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
  });
}
