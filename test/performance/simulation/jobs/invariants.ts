/** What must hold of every job, whatever went wrong in it. */

import { rateLimiterFor } from "../../../../src/core/rate-limit/registry.js";
import { LONGEST_WAIT_MS } from "./faults.js";
import type { CallPlan, Plan } from "./plan.js";
import { asSent } from "./texts.js";
import { EMBEDDING, KEY, ORIGIN, RERANK, type World } from "./world.js";

/** The longest gap between requests of a slow server, and some leeway: see `LONGEST_SLOW_GAP_MS` in adaptive-rate.ts. */
const LONGEST_GAP_MS = 10_100;

/** The longest delay that pacer.ts adds to the server's after several 429s in a row. */
const MAX_EXTRA_DELAY_MS = 4000;
const LONGEST_BACKOFF_MS = 8000;

/** In an outage, a faulty server may ask for this before each probe. */
const LONGEST_PROBE_DELAY_MS = Math.max(7500, LONGEST_WAIT_MS);
const LINGER_MS = 100;

/** Nothing may go on once every caller has been answered. */
export function unquiet({ emulator, fetch }: World, requests: number): string[] {
  const problems: string[] = [];
  const later = emulator.totals.requests - requests;
  if (later > 0) problems.push(`${later} requests came after the end`);
  if (emulator.inFlight > 0) problems.push(`${emulator.inFlight} requests are still in flight`);
  for (const model of [EMBEDDING, RERANK]) {
    const limiter = rateLimiterFor({ fetch, origin: ORIGIN, apiKey: KEY, model });
    if (!limiter.idle) problems.push(`the limiter of ${model} is not idle`);
  }
  return problems;
}

/** No text is answered twice. */
export function wasteful({ objects }: World, { calls }: Plan): string[] {
  const problems: string[] = [];
  for (const operation of ["embed", "rerank"] as const) {
    const events = objects
      .flatMap((object) => object.events)
      .filter((event) => event.operation === operation);
    const paid = events.reduce((sum, event) => sum + (event.type === "response" ? event.texts : 0), 0);
    const worth = calls.reduce((sum, call) => sum + textsOf(call, operation), 0);
    if (paid > worth) problems.push(`${paid} texts were paid for where ${worth} were given`);
  }
  return problems;
}

/** How many texts a call may have to pay for. */
function textsOf({ kind, texts }: CallPlan, operation: "embed" | "rerank"): number {
  if ((kind === "rank") !== (operation === "rerank")) return 0;
  if (kind === "embedQuery") return 1;
  return kind === "embed" ? new Set(texts.map(asSent)).size : texts.length;
}

/** At every moment something must be under way, or waited for with a reason. */
export function tooSlow({ objects, waited }: World, endedAt: number, plan: Plan): string[] {
  let reasons = waited + plan.calls.reduce((sum, call) => sum + ownWaits(call), 0);
  for (const { events, plan: object } of objects) {
    for (const event of events) {
      if (event.type === "request") reasons += object.timeout + LONGEST_GAP_MS;
      if (event.type === "retry") reasons += event.delayMs + LONGEST_PROBE_DELAY_MS;
      if (event.type === "rate-limited") reasons += event.delayMs + MAX_EXTRA_DELAY_MS;
      if (event.type === "cache-error") reasons += object.timeout;
    }
  }
  if (plan.server.mood !== "calm") reasons += Math.max(LONGEST_WAIT_MS, LONGEST_BACKOFF_MS);
  return endedAt > reasons ? [`it took ${endedAt} ms, and there are reasons for ${reasons} ms`] : [];
}

/** A stream whose source hangs ends when its caller gives up. */
function ownWaits({ texts, giveUp }: CallPlan): number {
  return texts.length * LINGER_MS + (giveUp?.how === "after" ? giveUp.ms : 0);
}
