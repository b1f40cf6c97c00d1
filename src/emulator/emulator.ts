import type { Faults } from "./faults/fault-plan.js";
import { fetchOf } from "./server/fetch.js";
import type { LimitRule, RateLimitOptions } from "./rate-limit/limiter.js";
import type { EmulatorOptions } from "./options.js";
import type { EmulatorRequest, EmulatorTotals } from "./request-log.js";
import { listen, type EmulatorServer, type ListenOptions } from "./server/server.js";
import { Service } from "./server/service.js";
import { checkLimits } from "./settings.js";

/** The Together API on this machine. */
export interface Emulator {
  /** Takes the place of `globalThis.fetch`; whatever the origin, the path has to end in `/v1/...`. */
  readonly fetch: typeof globalThis.fetch;
  /** The latest requests, oldest first. A request is there from the moment it is sent. */
  readonly requests: readonly EmulatorRequest[];
  /** Sums over all requests. */
  readonly totals: Readonly<EmulatorTotals>;
  /** How many requests wait for their answer now. */
  readonly inFlight: number;
  /**
   * Changes the rate limit from now on. What was counted under a limit of the same kind still counts.
   *
   * @throws RangeError if a number of it is 0 or less: nothing would ever pass.
   */
  setLimits(limits: RateLimitOptions | LimitRule | undefined): void;
  /** Changes what goes wrong from now on; a list begins with the next request. */
  setFaults(faults: Faults | undefined): void;
  /** Empties the log and its sums. */
  clear(): void;
  /**
   * Opens a port for any client: Node, Deno and Bun only.
   *
   * @throws Node's own error if the port is taken (`EADDRINUSE`) or the host is not this machine's.
   */
  listen(options?: ListenOptions): Promise<EmulatorServer>;
}

/**
 * Makes the Together API on this machine: embeddings, rerank, chat and the list of models, with its limits, its
 * error bodies and, on demand, its faults.
 *
 * Its models are lexical: they compare words and parts of words, and understand nothing. That is enough for
 * retrieval to work visibly; `embed`, `rank` and `chat` put something better in their place.
 *
 * @throws RangeError if a number among the options is out of its range.
 *
 * @example
 * ```ts
 * import Together from "together-ai";
 * import { createEmulator } from "together-retrieval/emulator";
 *
 * const emulator = createEmulator({ limits: { requestsPerSecond: 20 } });
 * const client = new Together({ apiKey: "any", fetch: emulator.fetch });
 * await client.embeddings.create({ model: "BAAI/bge-large-en-v1.5", input: ["Hello"] });
 * console.log(emulator.requests[0]?.status); // 200
 * ```
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const service = new Service(options);
  return {
    fetch: fetchOf(service),
    requests: service.log.requests,
    totals: service.log.totals,
    get inFlight() {
      return service.log.inFlight;
    },
    setLimits(limits) {
      checkLimits(limits, "set the emulator's limits");
      service.limiter.set(limits);
    },
    setFaults: (faults) => service.faults.set(faults),
    clear: () => service.log.clear(),
    listen: (where) => listen(service, where),
  };
}
