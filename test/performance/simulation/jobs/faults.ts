/** What goes wrong with a request of a random job: in the server, and on the way. */

import type { EmulatorRequest, Fault, FaultName } from "../../../../src/emulator/index.js";
import type { Chance } from "./chance.js";
import type { ServerPlan } from "./plan.js";

const HARMLESS: readonly FaultName[] = ["ok", "shuffled", "usage-null"];

/** Worth another try. */
const PASSING: readonly FaultName[] = ["reset", "cut", "half", "hang", "endless"];

/** Never to be taken for an answer. */
const FALSE: readonly FaultName[] = [
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

const PASSING_STATUSES = [408, 409, 425, 500, 502, 503, 504, 529];
const FINAL_STATUSES = [400, 401, 402, 403, 404, 405, 413, 418, 422];

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

/** How long a faulty server asks to be left alone; no wait of it is beyond the caller's patience. */
const WAITS = ["0", "0.5", "1", "30", "-1", "soon", "", "1e400", "Infinity", "0x10", "1, 2"];

/** Longest of the waits above, in milliseconds. */
export const LONGEST_WAIT_MS = 30_000;

/** Nobody can tell them from an answer when only the best were asked for. */
const TRUE_OF_THE_BEST: readonly Fault[] = ["extra-item", "repeated-index", "index-out-of-range"];

/** Draws the fault of a request. */
export function drawFault(
  chance: Chance,
  server: ServerPlan,
  timeout: number,
  { body }: EmulatorRequest,
): Fault {
  const fault = drawAnyFault(chance, server, timeout);
  return TRUE_OF_THE_BEST.includes(fault) && Object.hasOwn(Object(body), "top_n") ? "no-list" : fault;
}

function drawAnyFault(chance: Chance, server: ServerPlan, timeout: number): Fault {
  const { mood, faultShare } = server;
  const harmless = chance.pick(HARMLESS);
  if (!chance.holds(faultShare / 100)) return harmless;
  if (mood === "rough") return passing(chance, timeout);
  return chance.holds(0.5) ? passing(chance, timeout) : final(chance, server);
}

function passing(chance: Chance, timeout: number): Fault {
  const how = chance.kind({ kind: 5, status: 4, delay: 1, slow: 1 });
  if (how === "kind") return chance.pick(PASSING);
  if (how === "delay") return { delay: chance.spread(1, 2 * timeout) };
  if (how === "slow") return { bodyDuration: chance.spread(1, 2 * timeout) };
  const status = chance.pick([...PASSING_STATUSES, 429]);
  const headers = waitHeaders(chance);
  return { status, headers, ...(chance.holds(0.2) && { kind: chance.pick(PASSING) }) };
}

function waitHeaders(chance: Chance): Record<string, string> {
  if (chance.holds(0.4)) return {};
  return { [chance.pick(["x-ratelimit-reset", "retry-after", "retry-after-ms"])]: chance.pick(WAITS) };
}

function final(chance: Chance, { dimensionsAreKnown }: ServerPlan): Fault {
  const how = chance.kind({ kind: 5, status: 3, body: 2, short: dimensionsAreKnown ? 1 : 0 });
  if (how === "kind") return chance.pick(FALSE);
  if (how === "short") return "short-vector";
  if (how === "body") return { body: chance.pick(BODIES), status: chance.pick([200, 200, 400, 500]) };
  const message = chance.maybe(0.3, () => chance.pick(["too many inputs", "input too long", "base64?", ""]));
  return { status: chance.pick(FINAL_STATUSES), ...(message !== undefined && { message }) };
}

type Fetch = typeof globalThis.fetch;

/** Faults that no server has: the way to it is at fault. */
export function throughFaults(fetch: Fetch, chance: Chance, { mood, faultShare }: ServerPlan): Fetch {
  if (mood === "calm" || chance.holds(0.7)) return fetch;
  return async (input, init) => {
    if (!chance.holds(faultShare / 300)) return fetch(input, init);
    const how = chance.kind({ refused: 2, thrown: 1, late: 3 });
    if (how === "refused") throw new TypeError("fetch failed", { cause: { code: "ECONNREFUSED" } });
    // Some libraries reject with whatever they have at hand.
    if (how === "thrown") throw chance.pick([undefined, null, "no", 0, {}]);
    return lostAfterwards(await fetch(input, init));
  };
}

/** The whole body arrives, and then the connection is lost instead of closed. */
function lostAfterwards(response: Response): Response {
  const { body, status, headers } = response;
  // What a refusal says can be lost like this, too: then it is one that says nothing.
  if (!body || status !== 200) return response;
  const lost = new TransformStream<Uint8Array, Uint8Array>({
    flush(controller) {
      controller.error(new TypeError("terminated"));
    },
  });
  return new Response(body.pipeThrough(lost), { status, headers });
}
