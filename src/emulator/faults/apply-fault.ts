import type { FaultDetails, FaultName } from "./fault-plan.js";
import { shuffled } from "../random.js";
import { ApiError, defaultError } from "../api-error.js";
import { ConnectionLost, jsonResponse, type Delivery, type EmulatedResponse } from "../response.js";
import type { EmulatorRequest } from "../request-log.js";
import { waitForAbort } from "../delay.js";

/** An item of a list in an answer, before it becomes JSON. */
export interface ResponseItem {
  index: number;
}

const HTML =
  "<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>";

/**
 * The answer that a fault gives instead of the work, if it does.
 *
 * @throws {ConnectionLost} if the fault is to lose the connection.
 */
export async function faultResponse(
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
  return status === 200 ? undefined : refusal(status, fault, request).toResponse(id);
}

function redirect(fault: FaultDetails, request: EmulatorRequest): EmulatedResponse {
  const location = fault.location ?? `https://elsewhere.example${request.path}`;
  return { status: fault.status ?? 307, headers: { location }, body: "" };
}

function refusal(status: number, fault: FaultDetails, request: EmulatorRequest): ApiError {
  const { message, code } = defaultError(status, request.model);
  return new ApiError(status, fault.message ?? sentence(fault, request) ?? message, {
    code: fault.code ?? code,
    ...(fault.errorType && { errorType: fault.errorType }),
  });
}

function sentence({ code }: FaultDetails, { model }: EmulatorRequest): string | undefined {
  if (code !== "dedicated_endpoint_not_running") return undefined;
  return `The dedicated endpoint for ${model} is not running. Please visit https://api.together.ai/models to start the endpoint.`;
}

/** Changes which items an answer holds, and in which order. */
export function corruptItems<Kind extends ResponseItem>(
  items: Kind[],
  kind: FaultName | undefined,
  random: () => number,
): Kind[] {
  const [first] = items;
  const last = items.length - 1;
  if (!first) return items;
  if (kind === "shuffled") return shuffled(items, random);
  if (kind === "missing-item") return items.filter((_, place) => place !== Math.floor(items.length / 2));
  if (kind === "extra-item") return [...items, { ...first, index: items.length }];
  if (kind === "repeated-index") return items.with(last, last > 0 ? first : { ...first, index: 1 });
  if (kind === "index-out-of-range") return items.with(last, { ...first, index: items.length });
  return items;
}

/** What stands in the place of a list. */
export function corruptList(items: unknown[], kind: FaultName | undefined): unknown {
  if (kind === "no-list") return undefined;
  return kind === "not-a-list" ? Object.fromEntries(items.entries()) : items;
}

/** Lets an answer leave as its fault says. */
export function applyFault(reply: EmulatedResponse, fault: FaultDetails): EmulatedResponse {
  const delivery = deliveryOf(fault);
  return {
    ...reply,
    headers: { ...reply.headers, ...fault.headers },
    body: fault.padding ? reply.body + " ".repeat(fault.padding) : reply.body,
    ...(delivery && { delivery }),
  };
}

function deliveryOf({ kind, bodyDuration = 0 }: FaultDetails): Delivery | undefined {
  if (kind === "cut") return { share: 0.5, duration: bodyDuration, ending: "reset" };
  if (kind === "half") return { share: 0.5, duration: bodyDuration, ending: "end" };
  if (kind === "endless") return { share: 0.5, duration: bodyDuration, ending: "never" };
  return bodyDuration > 0 ? { share: 1, duration: bodyDuration, ending: "end" } : undefined;
}
