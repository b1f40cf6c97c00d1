import { errorsOf } from "../../core/options/nested-options.js";
import { ApiError, defaultError, invalidKey } from "../api-error.js";
import { sleep } from "../delay.js";
import { chat } from "../endpoints/chat.js";
import { embeddings } from "../endpoints/embeddings.js";
import type { EmulatedEndpoint } from "../endpoints/endpoint.js";
import { modelList } from "../endpoints/model-list.js";
import { rerank } from "../endpoints/rerank.js";
import { supportedModels } from "../endpoints/supported-models.js";
import { isObject } from "../endpoints/validation.js";
import { applyFault, replacedResponse } from "../faults/apply-fault.js";
import { ColdStarts } from "../faults/cold-start.js";
import { FaultPlan } from "../faults/fault-plan.js";
import { detailsOf, type FaultDetails } from "../faults/fault.js";
import { OutagePlan } from "../faults/outages.js";
import { milliseconds } from "../option-kinds.js";
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
  /** Whether the body is larger than `maxBodyBytes`. */
  readonly tooLarge: boolean;
  readonly signal?: AbortSignal | undefined;
}

const time = milliseconds(0);
const wrongTime = errorsOf("respond to a request");

const ENDPOINTS: readonly EmulatedEndpoint[] = [embeddings, rerank, chat, modelList, supportedModels];

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

  /** The size of the largest body that is read. */
  get maxBodyBytes(): number {
    return this.#settings.maxBodyBytes;
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
    { url, authorization, tooLarge, signal }: IncomingRequest,
    request: EmulatorRequest,
    id: string,
  ): Promise<EmulatedResponse> {
    const endpoint = endpointFor(request);
    const key = this.#authorize(authorization);
    if (tooLarge) throw new ApiError(413, defaultError(413).message);
    const runModel = endpoint.prepare(request.body, this.#settings, new URL(url).searchParams);
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

  /** @throws {TogetherError} `invalid_option` if a function among the options does not return a time. */
  #milliseconds(name: "latency" | "serviceTime", request: EmulatorRequest): number {
    const value = this.#settings[name];
    return typeof value === "function" ? time.check(value(request), `${name}()`, wrongTime) : value;
  }
}

/** @throws {ApiError} 404 if no endpoint has this path, 405 if it has another method. */
function endpointFor({ path, method }: EmulatorRequest): EmulatedEndpoint {
  const endpoint = ENDPOINTS.find((candidate) =>
    candidate.versions.some((version) => path.endsWith(`/${version}${candidate.path}`)),
  );
  if (!endpoint) throw new ApiError(404, `Not found: ${method} ${path}`);
  if (endpoint.method !== method) throw new ApiError(405, `Method ${method} is not allowed for ${path}`);
  return endpoint;
}

/** Returns the log entry of a request that is not validated yet. */
function factsOf(incoming: IncomingRequest): Omit<EmulatorRequest, "number" | "time"> {
  const { origin, pathname } = new URL(incoming.url);
  const body = parseJson(incoming.body);
  const endpoint = ENDPOINTS.find(({ path }) => pathname.endsWith(path));
  // The body of a GET names no model.
  const fields = endpoint?.method !== "GET" && isObject(body) ? body : {};
  const texts = endpoint?.texts(fields) ?? [];
  const query = typeof fields["query"] === "string" ? countTokens(fields["query"]) : 0;
  const model = typeof fields["model"] === "string" ? fields["model"] : undefined;
  const tokens = texts.reduce<number>((sum, text) => sum + query + tokensIn(text), 0);
  return { method: incoming.method, origin, path: pathname, model, texts: texts.length, tokens, body };
}

function tokensIn(text: unknown): number {
  if (typeof text === "string") return countTokens(text);
  return typeof text === "object" ? countTokens(JSON.stringify(text)) : 1;
}

/** More than any request of the API has. JSON.stringify, for example, overflows the stack at about 5,000. */
const MAX_DEPTH = 100;

/** Returns the value of a JSON text; undefined if it is not valid, or nested too deeply. */
function parseJson(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return isDeeper(value, MAX_DEPTH) ? undefined : value;
  } catch {
    return undefined;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (depth === 0) return true;
  const items: unknown[] = Array.isArray(value) ? value : Object.values(value);
  return items.some((item) => isDeeper(item, depth - 1));
}

/** Creates an id in Together's format, for example `okkMWqL-2kFHot-a023f60e9b77ff7e`. */
function createRequestId(random: () => number): string {
  const digits = (count: number, base: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * base).toString(base)).join("");
  return `o${digits(6, 36)}-${digits(6, 36)}-${digits(16, 16)}`;
}
