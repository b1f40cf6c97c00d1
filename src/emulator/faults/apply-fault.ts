import { ApiError, defaultError } from "../api-error.js";
import { sleep, waitForAbort } from "../delay.js";
import { shuffled } from "../random.js";
import type { EmulatorRequest } from "../request-log.js";
import { ConnectionLost, jsonResponse, type Delivery, type EmulatedResponse } from "../response.js";
import type { FaultDetails, FaultName } from "./fault.js";

/** An item of a response's list, before it becomes JSON. */
export interface ResponseItem {
  index: number;
}

const HTML =
  "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>";

/**
 * Returns the complete response of a fault that replaces the model's, after the fault's delay. Returns undefined if
 * the model has to respond.
 *
 * @throws {ConnectionLost} if the fault is a lost connection.
 */
export async function replacedResponse(
  fault: FaultDetails,
  request: EmulatorRequest,
  id: string,
  signal?: AbortSignal,
): Promise<EmulatedResponse | undefined> {
  await sleep(fault.delay ?? 0, signal);
  const response = await faultResponse(fault, request, id, signal);
  return response && applyFault(response, fault);
}

async function faultResponse(
  fault: FaultDetails,
  request: EmulatorRequest,
  id: string,
  signal?: AbortSignal,
): Promise<EmulatedResponse | undefined> {
  const { kind, status = 200, body } = fault;
  if (kind === "reset") throw new ConnectionLost();
  if (kind === "hang") await waitForAbort(signal);
  if (kind === "html") return { status, headers: { "content-type": "text/html" }, body: HTML };
  if (kind === "redirect") return redirect(fault, request);
  if (body !== undefined) return jsonResponse(status, body);
  return status === 200 ? undefined : faultError(status, fault, request).toResponse(id);
}

function redirect(fault: FaultDetails, request: EmulatorRequest): EmulatedResponse {
  const location = fault.location ?? `https://elsewhere.example${request.path}`;
  return { status: fault.status ?? 307, headers: { location }, body: "" };
}

function faultError(status: number, fault: FaultDetails, request: EmulatorRequest): ApiError {
  const { message, code } = defaultError(status, request.model);
  return new ApiError(status, fault.message ?? messageForCode(fault, request) ?? message, {
    code: fault.code ?? code,
    ...(fault.errorType && { errorType: fault.errorType }),
  });
}

function messageForCode({ code }: FaultDetails, { model }: EmulatorRequest): string | undefined {
  if (code !== "dedicated_endpoint_not_running") return undefined;
  return `The dedicated endpoint for ${model} is not running. Please visit https://api.together.ai/models to start the endpoint.`;
}

/**
 * Adds, removes, repeats or reorders items, as the fault requires.
 *
 * @param texts - The number of texts in the request; with `top_n` there are fewer items.
 */
export function corruptItems<Kind extends ResponseItem>(
  items: Kind[],
  kind: FaultName | undefined,
  random: () => number,
  texts: number,
): Kind[] {
  const [first] = items;
  const last = items.length - 1;
  if (!first) return items;
  if (kind === "shuffled") return shuffled(items, random);
  if (kind === "missing-item") return items.filter((_, index) => index !== Math.floor(items.length / 2));
  if (kind === "extra-item") return [...items, { ...first, index: items.length }];
  if (kind === "repeated-index") return items.with(last, last > 0 ? first : { ...first, index: 1 });
  if (kind === "index-out-of-range") return items.with(last, { ...first, index: texts });
  return items;
}

/** Replaces the list by an object, or removes it, as the fault requires. */
export function corruptList(items: unknown[], kind: FaultName | undefined): unknown {
  if (kind === "no-list") return undefined;
  return kind === "not-a-list" ? Object.fromEntries(items.entries()) : items;
}

/** Adds the fault's headers, padding and delivery to a response. */
export function applyFault(response: EmulatedResponse, fault: FaultDetails): EmulatedResponse {
  const delivery = deliveryOf(fault);
  return {
    ...response,
    headers: { ...response.headers, ...fault.headers },
    body: fault.padding ? response.body + " ".repeat(fault.padding) : response.body,
    ...(delivery && { delivery }),
  };
}

function deliveryOf({ kind, bodyDuration = 0 }: FaultDetails): Delivery | undefined {
  if (kind === "cut") return { share: 0.5, duration: bodyDuration, ending: "reset" };
  if (kind === "half") return { share: 0.5, duration: bodyDuration, ending: "end" };
  if (kind === "endless") return { share: 0.5, duration: bodyDuration, ending: "never" };
  return bodyDuration > 0 ? { share: 1, duration: bodyDuration, ending: "end" } : undefined;
}
