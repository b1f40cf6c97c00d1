/** The checks that every job must pass, with any faults. */

import { rateLimiterFor } from "../../../../src/core/rate-limit/registry.js";
import { LONGEST_RETRY_AFTER_MS } from "./faults.js";
import type { CallPlan, Plan } from "./plan.js";
import { asSent } from "./texts.js";
import { EMBEDDING, KEY, ORIGIN, RERANK, type World } from "./world.js";

/** The longest gap between requests to a slow server, plus a margin: see `LONGEST_SLOW_GAP_MS` in adaptive-rate.ts. */
const LONGEST_GAP_MS = 10_100;

/** The longest delay that pacer.ts adds to the server's after several 429s in a row. */
const MAX_EXTRA_DELAY_MS = 4000;
const LONGEST_BACKOFF_MS = 8000;

/** In an outage, a faulty server may ask for this before each probe. */
const LONGEST_PROBE_DELAY_MS = Math.max(7500, LONGEST_RETRY_AFTER_MS);
const LINGER_MS = 100;

/** Finds requests and limiters that are active after all calls have ended. */
export function activeAfterEnd({ emulator, fetch }: World, requests: number): string[] {
  const problems: string[] = [];
  const later = emulator.totals.requests - requests;
  if (later > 0) problems.push(`${later} requests were sent after the end`);
  if (emulator.inFlight > 0) problems.push(`${emulator.inFlight} requests are still in flight`);
  for (const model of [EMBEDDING, RERANK]) {
    const limiter = rateLimiterFor({ fetch, origin: ORIGIN, apiKey: KEY, model });
    if (!limiter.idle) problems.push(`the limiter of ${model} is not idle`);
  }
  return problems;
}

/** Finds texts that were processed, and billed, twice. */
export function sentTwice({ objects }: World, { calls }: Plan): string[] {
  const problems: string[] = [];
  for (const operation of ["embed", "rerank"] as const) {
    const events = objects
      .flatMap((object) => object.events)
      .filter((event) => event.operation === operation);
    const billed = events.reduce((sum, event) => sum + (event.type === "response" ? event.texts : 0), 0);
    const most = calls.reduce((sum, call) => sum + textsOf(call, operation), 0);
    if (billed > most) problems.push(`${billed} texts were billed, and at most ${most} were expected`);
  }
  return problems;
}

/** Returns the largest number of texts for which a call may be billed. */
function textsOf({ kind, texts }: CallPlan, operation: "embed" | "rerank"): number {
  if ((kind === "rank") !== (operation === "rerank")) return 0;
  if (kind === "embedQuery") return 1;
  return kind === "embed" ? new Set(texts.map(asSent)).size : texts.length;
}

/** Checks that the time of the job has reasons: requests, delays and waits. */
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
  if (plan.server.behavior !== "healthy") reasons += Math.max(LONGEST_RETRY_AFTER_MS, LONGEST_BACKOFF_MS);
  return endedAt > reasons ? [`it took ${endedAt} ms, but there are reasons for only ${reasons} ms`] : [];
}

/** Returns the waits of the caller. A stream whose source hangs ends when its caller aborts. */
function ownWaits({ texts, giveUp }: CallPlan): number {
  return texts.length * LINGER_MS + (giveUp?.how === "after" ? giveUp.ms : 0);
}
