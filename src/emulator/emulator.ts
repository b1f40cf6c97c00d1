import { errorsOf } from "../core/options/nested-options.js";
import { faultsOption, outagesOption } from "./faults/plan-options.js";
import type { Faults } from "./faults/fault-plan.js";
import type { Outage } from "./faults/outages.js";
import type { EmulatorOptions } from "./options.js";
import { limitsOption } from "./rate-limit/limits-option.js";
import type { LimitRule, RateLimitOptions } from "./rate-limit/rate-limit-options.js";
import type { EmulatorRequest, EmulatorTotals } from "./request-log.js";
import { createFetch } from "./server/fetch.js";
import { listen, type EmulatorServer, type ListenOptions } from "./server/server.js";
import { Service } from "./server/service.js";

/** The Together API on this machine. */
export interface Emulator {
  /** Replaces `globalThis.fetch`. Any origin works; the path has to end in `/v1/...` or `/v2/...`. */
  readonly fetch: typeof globalThis.fetch;
  /** The latest requests, oldest first. A request is added as soon as it is sent. */
  readonly requests: readonly EmulatorRequest[];
  /** Totals over all requests since the start, or since `clear()`. */
  readonly totals: Readonly<EmulatorTotals>;
  /** The number of requests in flight now. */
  readonly inFlight: number;
  /**
   * Changes the rate limit for all requests from now on. Earlier requests still count if the algorithm stays the
   * same.
   *
   * @throws `TogetherError` with the code `invalid_option`, as {@link createEmulator} does.
   */
  setLimits(limits: RateLimitOptions | LimitRule | undefined): void;
  /**
   * Changes the faults for all requests from now on. A list starts with the next request.
   *
   * @throws `TogetherError` with the code `invalid_option`, as {@link createEmulator} does.
   */
  setFaults(faults: Faults | undefined): void;
  /**
   * Replaces the outages. Their times count from now, so `setOutages([{ from: 0, to: 5_000 }])` starts an outage of 5
   * seconds, and `setOutages([])` ends it.
   *
   * @throws `TogetherError` with the code `invalid_option`, as {@link createEmulator} does.
   */
  setOutages(outages: readonly Outage[]): void;
  /** Deletes all logged requests and sets the totals to 0. */
  clear(): void;
  /**
   * Starts an HTTP server for any client. Requires Node, Deno or Bun.
   *
   * The server rejects web pages that are not on this machine, and requests to the host name of another machine: see
   * {@link ListenOptions}.
   *
   * @throws `TogetherError` with the code `invalid_option` for an option that is unknown, of the wrong type or out of
   * range.
   * @throws Node's own error if the port is in use (`EADDRINUSE`) or this machine does not have the host's address.
   */
  listen(options?: ListenOptions): Promise<EmulatorServer>;
}

/**
 * Creates the Together API on this machine: embeddings, rerank, chat and the list of models, with rate limits,
 * Together's error bodies and, on request, faults.
 *
 * The built-in models are lexical: they compare words and parts of words, not meanings. That is enough for
 * retrieval that visibly works. Replace them with the options `embed`, `rank` and `chat`.
 *
 * @throws `TogetherError` with the code `invalid_option` for an option that is unknown, of the wrong type or out of
 * range, at every depth: `limits.burst`, `faults[0].status`.
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
    fetch: createFetch(service),
    requests: service.log.requests,
    totals: service.log.totals,
    get inFlight() {
      return service.log.inFlight;
    },
    setLimits(limits) {
      if (limits !== undefined) limitsOption.check(limits, "limits", errorsOf("set the emulator's limits"));
      service.limiter.set(limits);
    },
    setFaults(faults) {
      if (faults !== undefined) faultsOption.check(faults, "faults", errorsOf("set the emulator's faults"));
      service.faults.set(faults);
    },
    setOutages(outages) {
      outagesOption.check(outages, "outages", errorsOf("set the emulator's outages"));
      service.outages.set(outages);
    },
    clear: () => service.log.clear(),
    listen: (listenOptions) => listen(service, listenOptions),
  };
}
