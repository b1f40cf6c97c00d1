import { ApiError, defaultError, invalidKey } from "../api-error.js";
import { sleep } from "../delay.js";
import { chat } from "../endpoints/chat.js";
import { embeddings } from "../endpoints/embeddings.js";
import type { EmulatedEndpoint } from "../endpoints/endpoint.js";
import { modelList } from "../endpoints/model-list.js";
import { rerank } from "../endpoints/rerank.js";
import { applyFault, replacedResponse } from "../faults/apply-fault.js";
import { ColdStarts } from "../faults/cold-start.js";
import { FaultPlan } from "../faults/fault-plan.js";
import { detailsOf, type FaultDetails } from "../faults/fault.js";
import { OutagePlan } from "../faults/outages.js";
import type { EmulatorOptions } from "../options.js";
import { Limiter } from "../rate-limit/limiter.js";
import { RequestLog, type EmulatorRequest } from "../request-log.js";
import type { EmulatedResponse } from "../response.js";
import { resolveSettings, type EmulatorSettings } from "../settings.js";
import { countTokens } from "../tokens.js";
import { WorkerPool } from "./worker-pool.js";

/** A request, as `fetch` or the server received it. */
export interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null | undefined;
  readonly body: string;
  readonly signal?: AbortSignal | undefined;
}

const ENDPOINTS = [embeddings, rerank, chat, modelList];

/** The API behind `fetch` and the server: turns requests into responses. */
export class Service {
  readonly log: RequestLog;
  readonly limiter: Limiter;
  readonly faults: FaultPlan;
  readonly outages: OutagePlan;
  readonly #settings: EmulatorSettings;
  readonly #coldStarts: ColdStarts;
  readonly #workers: WorkerPool;

  constructor(options: EmulatorOptions) {
    this.#settings = resolveSettings(options);
    const { workers, maxQueue, keepRequests, keepBodies, limits, faults, outages } = this.#settings;
    this.#workers = new WorkerPool(workers, maxQueue);
    this.#coldStarts = new ColdStarts(this.#settings.coldStart);
    this.log = new RequestLog(keepRequests, keepBodies);
    this.limiter = new Limiter(limits, () => this.#serverTime(), this.#settings.random);
    this.faults = new FaultPlan(faults);
    this.outages = new OutagePlan(outages ?? []);
  }

  /**
   * Responds to a request after its latency, delay and service time.
   *
   * @throws {ConnectionLost} if the request's fault is a lost connection; the signal's reason if the client aborts.
   */
  async handle(incoming: IncomingRequest): Promise<EmulatedResponse> {
    const request = this.log.begin(factsOf(incoming));
    const startedAt = performance.now();
    try {
      const latency = this.#milliseconds("latency", request);
      // Timers drop fractions: two halves of 5 ms would be 4 ms.
      const firstHalf = Math.floor(latency / 2);
      await sleep(firstHalf, incoming.signal);
      const response = this.#withDate(await this.#respond(incoming, request));
      await sleep(latency - firstHalf, incoming.signal);
      request.status = response.status;
      return response;
    } catch (error) {
      if (incoming.signal?.aborted) request.aborted = true;
      throw error;
    } finally {
      request.duration = performance.now() - startedAt;
      this.log.end(request);
    }
  }

  /** Adds the time of the server's clock, as every HTTP server does. */
  #withDate(response: EmulatedResponse): EmulatedResponse {
    const date = new Date(this.#serverTime()).toUTCString();
    return { ...response, headers: { date, ...response.headers } };
  }

  /** Returns the time of the server's clock in milliseconds since 1970. */
  #serverTime(): number {
    return Date.now() + this.#settings.clockSkew;
  }

  async #respond(incoming: IncomingRequest, request: EmulatorRequest): Promise<EmulatedResponse> {
    const id = createRequestId(this.#settings.random);
    try {
      return await this.#process(incoming, request, id);
    } catch (error) {
      if (error instanceof ApiError) return error.toResponse(id);
      throw error;
    }
  }

  /**
   * Checks path, key, body, outages, cold start and rate limit, in this order. Then applies the fault, or runs the
   * model. The rate limit does not count what an outage or a cold start rejects.
   */
  async #process(
    { authorization, body, signal }: IncomingRequest,
    request: EmulatorRequest,
    id: string,
  ): Promise<EmulatedResponse> {
    const endpoint = endpointFor(request);
    const key = this.#authorize(authorization);
    this.#checkSize(body);
    const runModel = endpoint.prepare(request.body, this.#settings);
    const unavailable = this.outages.take() ?? this.#coldStarts.take(request);
    if (!unavailable) this.limiter.consume(request, key);
    const taken = unavailable ?? this.faults.take(request);
    if (taken) request.fault = taken;
    const fault = taken ? detailsOf(taken) : {};
    const replace = (other: FaultDetails) => replacedResponse(other, request, id, signal);
    const replacement =
      (await replace(fault)) ??
      (this.#workers.isFull ? await replace(detailsOf(this.#settings.queueFull)) : undefined);
    if (replacement) return replacement;
    const response = await this.#workers.run(async () => {
      await sleep(this.#milliseconds("serviceTime", request), signal);
      return runModel({ id, fault });
    }, signal);
    this.limiter.recordSuccess(request, key);
    return applyFault(response, fault);
  }

  /**
   * Returns the API key of a request.
   *
   * @throws {ApiError} 401 if the key is missing or wrong.
   */
  #authorize(authorization: string | null | undefined): string {
    const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    const { apiKey = key } = this.#settings;
    if (key === undefined || key !== apiKey) throw invalidKey();
    return key;
  }

  /** @throws {ApiError} 413 if the body is larger than `maxBodyBytes`. */
  #checkSize(body: string): void {
    const { maxBodyBytes } = this.#settings;
    // A UTF-16 unit is at most 3 bytes in UTF-8, so most bodies need no encoding to be measured.
    if (body.length * 3 <= maxBodyBytes) return;
    if (new TextEncoder().encode(body).length > maxBodyBytes) {
      throw new ApiError(413, defaultError(413).message);
    }
  }

  #milliseconds(name: "latency" | "serviceTime", request: EmulatorRequest): number {
    const value = this.#settings[name];
    return typeof value === "function" ? value(request) : value;
  }
}

/** @throws {ApiError} 404 if no endpoint has this path, 405 if it has another method. */
function endpointFor({ path, method }: EmulatorRequest): EmulatedEndpoint {
  const endpoint = ENDPOINTS.find((candidate) => path.endsWith(`/v1${candidate.path}`));
  if (!endpoint) throw new ApiError(404, `Not found: ${method} ${path}`);
  if (endpoint.method !== method) throw new ApiError(405, `Method ${method} is not allowed for ${path}`);
  return endpoint;
}

/** Returns what the log needs of a request that is not validated yet. */
function factsOf(incoming: IncomingRequest): Omit<EmulatorRequest, "number" | "time"> {
  const { origin, pathname } = new URL(incoming.url);
  const body = parseJson(incoming.body);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const endpoint = ENDPOINTS.find(({ path }) => pathname.endsWith(path));
  const texts = endpoint?.texts(fields) ?? [];
  const query = typeof fields["query"] === "string" ? countTokens(fields["query"]) : 0;
  const model = typeof fields["model"] === "string" ? fields["model"] : undefined;
  const tokens = texts.reduce<number>((sum, text) => sum + query + tokensIn(text), 0);
  return { method: incoming.method, origin, path: pathname, model, texts: texts.length, tokens, body };
}

function tokensIn(text: unknown): number {
  return countTokens(typeof text === "string" ? text : (JSON.stringify(text) ?? ""));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Creates an id in Together's format, for example `okkMWqL-2kFHot-a023f60e9b77ff7e`. */
function createRequestId(random: () => number): string {
  const digits = (count: number, base: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * base).toString(base)).join("");
  return `o${digits(6, 36)}-${digits(6, 36)}-${digits(16, 16)}`;
}
