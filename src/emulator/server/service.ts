import { chat } from "../endpoints/chat.js";
import { embeddings } from "../endpoints/embeddings.js";
import type { EmulatedEndpoint } from "../endpoints/endpoint.js";
import { FaultPlan } from "../faults/fault-plan.js";
import { Limiter } from "../rate-limit/limiter.js";
import { modelList } from "../endpoints/model-list.js";
import type { EmulatorOptions } from "../options.js";
import { invalidKey, ApiError, defaultError } from "../api-error.js";
import type { EmulatedResponse } from "../response.js";
import { rerank } from "../endpoints/rerank.js";
import { RequestLog, type EmulatorRequest } from "../request-log.js";
import { resolveSettings, type Settings } from "../settings.js";
import { faultResponse, applyFault } from "../faults/apply-fault.js";
import { sleep } from "../delay.js";
import { countTokens } from "../tokens.js";
import { WorkerPool } from "./worker-pool.js";

/** A request as it comes in, whichever door it comes by. */
export interface IncomingRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | null | undefined;
  readonly body: string;
  readonly signal?: AbortSignal | undefined;
}

const ENDPOINTS = [embeddings, rerank, chat, modelList];

/** The API behind both doors: the way of a request from its arrival to its answer. */
export class Service {
  readonly log: RequestLog;
  readonly limiter: Limiter;
  readonly faults: FaultPlan;
  readonly #settings: Settings;
  readonly #workers: WorkerPool;

  constructor(options: EmulatorOptions) {
    this.#settings = resolveSettings(options);
    const { workers, maxQueue, keepRequests, keepBodies } = this.#settings;
    this.#workers = new WorkerPool(workers, maxQueue);
    this.log = new RequestLog(keepRequests, keepBodies);
    this.limiter = new Limiter(options.limits);
    this.faults = new FaultPlan(options.faults);
  }

  /**
   * Answers one request after all the time that takes.
   *
   * @throws {ConnectionLost} if a fault says so; the signal's reason, if the client gives up.
   */
  async handle(call: IncomingRequest): Promise<EmulatedResponse> {
    const request = this.log.begin(factsOf(call));
    const startedAt = performance.now();
    try {
      const half = this.#milliseconds("latency", request) / 2;
      await sleep(half, call.signal);
      const reply = await this.#replyOrRefusal(call, request);
      await sleep(half, call.signal);
      request.status = reply.status;
      return reply;
    } catch (error) {
      if (call.signal?.aborted) request.aborted = true;
      throw error;
    } finally {
      request.duration = performance.now() - startedAt;
      this.log.end(request);
    }
  }

  async #replyOrRefusal(call: IncomingRequest, request: EmulatorRequest): Promise<EmulatedResponse> {
    const id = requestId(this.#settings.random);
    try {
      return await this.#reply(call, request, id);
    } catch (error) {
      if (error instanceof ApiError) return error.toResponse(id);
      throw error;
    }
  }

  async #reply(call: IncomingRequest, request: EmulatorRequest, id: string): Promise<EmulatedResponse> {
    const endpoint = endpointFor(request);
    const key = this.#authorized(call);
    this.#checkSize(call.body);
    const work = endpoint.prepare(request.body, this.#settings);
    this.limiter.consume(request, key);
    const fault = this.faults.take(request);
    await sleep(fault.delay ?? 0, call.signal);
    const instead = await faultResponse(fault, request, id, call.signal);
    if (instead) return applyFault(instead, fault);
    const reply = await this.#workers.run(async () => {
      await sleep(this.#milliseconds("serviceTime", request), call.signal);
      return work({ id, fault });
    }, call.signal);
    this.limiter.recordSuccess(request, key);
    return applyFault(reply, fault);
  }

  /** @throws {ApiError} 401, unless the key is right. */
  #authorized({ authorization }: IncomingRequest): string {
    const key = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
    const { apiKey = key } = this.#settings;
    if (key === undefined || key !== apiKey) throw invalidKey();
    return key;
  }

  /** @throws {ApiError} 413, if the body has too many bytes. */
  #checkSize(body: string): void {
    const most = this.#settings.maxBodyBytes;
    // A UTF-16 unit takes at most three bytes: most bodies need not be measured.
    if (body.length * 3 <= most) return;
    if (new TextEncoder().encode(body).length > most) throw new ApiError(413, defaultError(413).message);
  }

  #milliseconds(name: "latency" | "serviceTime", request: EmulatorRequest): number {
    const value = this.#settings[name];
    return typeof value === "function" ? value(request) : value;
  }
}

/** @throws {ApiError} 404 or 405, if there is nothing at this path, or not for this method. */
function endpointFor({ path, method }: EmulatorRequest): EmulatedEndpoint {
  const endpoint = ENDPOINTS.find((candidate) => path.endsWith(`/v1${candidate.path}`));
  if (!endpoint) throw new ApiError(404, `Not found: ${method} ${path}`);
  if (endpoint.method !== method) throw new ApiError(405, `Method ${method} is not allowed for ${path}`);
  return endpoint;
}

/** What the log needs to know of a request before anybody has checked it. */
function factsOf(call: IncomingRequest): Omit<EmulatorRequest, "number" | "time"> {
  const { origin, pathname } = new URL(call.url);
  const body = parsed(call.body);
  const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const endpoint = ENDPOINTS.find(({ path }) => pathname.endsWith(path));
  const texts = endpoint?.texts(fields) ?? [];
  const query = typeof fields["query"] === "string" ? countTokens(fields["query"]) : 0;
  const model = typeof fields["model"] === "string" ? fields["model"] : undefined;
  const tokens = texts.reduce<number>((sum, text) => sum + query + tokensIn(text), 0);
  return { method: call.method, origin, path: pathname, model, texts: texts.length, tokens, body };
}

function tokensIn(text: unknown): number {
  return countTokens(typeof text === "string" ? text : (JSON.stringify(text) ?? ""));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** An id in the form of Together's, for example `okkMWqL-2kFHot-a023f60e9b77ff7e`. */
function requestId(random: () => number): string {
  const digits = (count: number, base: number): string =>
    Array.from({ length: count }, () => Math.floor(random() * base).toString(base)).join("");
  return `o${digits(6, 36)}-${digits(6, 36)}-${digits(16, 16)}`;
}
