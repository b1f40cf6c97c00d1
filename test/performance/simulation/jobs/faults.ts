/** The faults of a random job's requests: in the server, and in the network. */

import type { EmulatorRequest, Fault, FaultName } from "../../../../src/emulator/index.js";
import type { Chance } from "./chance.js";
import type { ServerPlan } from "./plan.js";

const HARMLESS: readonly FaultName[] = ["ok", "shuffled", "usage-null"];

/** A retry may succeed. */
const TRANSIENT: readonly FaultName[] = ["reset", "cut", "half", "hang", "endless"];

/** Responses that the client must reject. */
const INVALID: readonly FaultName[] = [
  "html",
  "redirect",
  "missing-item",
  "extra-item",
  "repeated-index",
  "index-out-of-range",
  "not-a-list",
  "no-list",
  "null-in-vector",
  "nan-in-vector",
  "infinity-in-vector",
  "empty-vector",
  "no-vector",
  "bad-base64",
  "infinite-score",
  "null-score",
];

const TRANSIENT_STATUSES = [408, 409, 425, 500, 502, 503, 504, 529];
const PERMANENT_STATUSES = [400, 401, 402, 403, 404, 405, 413, 418, 422];

const BODIES = [
  "",
  "null",
  "[]",
  "{}",
  '{"data":[]}',
  '{"error":"no"}',
  "[[[[",
  '{"data":{}}',
  "\ufeff{}",
  "5",
];

/** The retry-after values of a faulty server. None is beyond the retry deadline. */
const RETRY_AFTER_VALUES = ["0", "0.5", "1", "30", "-1", "soon", "", "1e400", "Infinity", "0x10", "1, 2"];

/** The longest delay of these values, in milliseconds. */
export const LONGEST_RETRY_AFTER_MS = 30_000;

/** With `top_n`, the client cannot distinguish these from a valid response. */
const VALID_WITH_TOP_N: readonly Fault[] = ["extra-item", "repeated-index", "index-out-of-range"];

/** Draws the fault of a request. */
export function drawFault(
  chance: Chance,
  server: ServerPlan,
  timeout: number,
  { body }: EmulatorRequest,
): Fault {
  const fault = drawAnyFault(chance, server, timeout);
  return VALID_WITH_TOP_N.includes(fault) && Object.hasOwn(Object(body), "top_n") ? "no-list" : fault;
}

function drawAnyFault(chance: Chance, server: ServerPlan, timeout: number): Fault {
  const { behavior, faultShare } = server;
  const harmless = chance.pick(HARMLESS);
  if (!chance.holds(faultShare / 100)) return harmless;
  if (behavior === "unreliable") return transientFault(chance, timeout);
  return chance.holds(0.5) ? transientFault(chance, timeout) : permanentFault(chance, server);
}

function transientFault(chance: Chance, timeout: number): Fault {
  const how = chance.kind({ kind: 5, status: 4, delay: 1, slow: 1 });
  if (how === "kind") return chance.pick(TRANSIENT);
  if (how === "delay") return { delay: chance.spread(1, 2 * timeout) };
  if (how === "slow") return { bodyDuration: chance.spread(1, 2 * timeout) };
  const status = chance.pick([...TRANSIENT_STATUSES, 429]);
  const headers = retryAfterHeaders(chance);
  return { status, headers, ...(chance.holds(0.2) && { kind: chance.pick(TRANSIENT) }) };
}

function retryAfterHeaders(chance: Chance): Record<string, string> {
  if (chance.holds(0.4)) return {};
  return {
    [chance.pick(["x-ratelimit-reset", "retry-after", "retry-after-ms"])]: chance.pick(RETRY_AFTER_VALUES),
  };
}

function permanentFault(chance: Chance, { dimensionsAreKnown }: ServerPlan): Fault {
  const how = chance.kind({ kind: 5, status: 3, body: 2, short: dimensionsAreKnown ? 1 : 0 });
  if (how === "kind") return chance.pick(INVALID);
  if (how === "short") return "short-vector";
  if (how === "body") return { body: chance.pick(BODIES), status: chance.pick([200, 200, 400, 500]) };
  const message = chance.maybe(0.3, () => chance.pick(["too many inputs", "input too long", "base64?", ""]));
  return { status: chance.pick(PERMANENT_STATUSES), ...(message !== undefined && { message }) };
}

type Fetch = typeof globalThis.fetch;

/** Adds faults of the network. */
export function withNetworkFaults(fetch: Fetch, chance: Chance, { behavior, faultShare }: ServerPlan): Fetch {
  if (behavior === "healthy" || chance.holds(0.7)) return fetch;
  return async (input, init) => {
    if (!chance.holds(faultShare / 300)) return fetch(input, init);
    const how = chance.kind({ connectionRefused: 2, thrown: 1, late: 3 });
    if (how === "connectionRefused") throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
    // Some libraries reject with a value that is not an error.
    if (how === "thrown") throw chance.pick([undefined, null, "no", 0, {}]);
    return lostAfterBody(await fetch(input, init));
  };
}

/** Returns a response whose connection is lost after the whole body. */
function lostAfterBody(response: Response): Response {
  const { body, status, headers } = response;
  // The body of an error response can be lost too. Then it is an error response without a body.
  if (!body || status !== 200) return response;
  const lost = new TransformStream<Uint8Array, Uint8Array>({
    flush(controller) {
      controller.error(new TypeError("terminated"));
    },
  });
  return new Response(body.pipeThrough(lost), { status, headers });
}
