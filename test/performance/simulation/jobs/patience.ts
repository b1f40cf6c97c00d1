/** Checks that no call fails before its retries or its deadline end: see docs/guides/retries-and-timeouts.md. */

import { longestBackoff } from "../../../../src/core/request/retry-policy.js";
import type { TogetherError } from "../../../../src/index.js";
import type { CallPlan, Plan } from "./plan.js";
import type { World } from "./world.js";

/** The defaults of the options. Jobs do not set the deadline. */
const RETRY_DEADLINE_MS = 120_000;
const MAX_RETRIES = 5;

/** Codes of errors that are thrown only after retries. */
const RETRIED = ["server_error", "connection_failed", "timeout", "rate_limited", "invalid_response"];

/** Returns a problem if an error was thrown too early. */
export function endsTooEarly(
  error: TogetherError,
  call: CallPlan,
  startedAt: number,
  world: World,
  { server }: Plan,
): string[] {
  if (!RETRIED.includes(error.code) || isAllowed(error, call, startedAt, world)) return [];
  // The delay of a limit on tokens can be beyond the deadline.
  if (error.code === "rate_limited" && server.limits?.tokensPerSecond !== undefined) return [];
  const seconds = (performance.now() - startedAt) / 1000;
  return [`it failed with ${error.code} after ${error.attempts} attempts and ${seconds} s: ${error.message}`];
}

function isAllowed(error: TogetherError, call: CallPlan, startedAt: number, world: World): boolean {
  const isQuery = call.kind === "embedQuery" || call.kind === "rank";
  const { maxRetries = MAX_RETRIES } = world.objects[call.object]!.plan;
  const operation = call.kind === "rank" ? "rerank" : "embed";
  const lastSuccess = world.lastSuccess(operation);
  const waited = performance.now() - startedAt;
  // Before the first valid response of a model, its address may be wrong.
  const isUnknown = world.firstSuccess(operation) >= startedAt;
  if (isUnknown && error.code === "invalid_response") return true;
  return (
    (error.attempts ?? 0) > maxRetries ||
    performance.now() - Math.max(lastSuccess, startedAt) >= RETRY_DEADLINE_MS ||
    (!isQuery && waited >= RETRY_DEADLINE_MS) ||
    ((isQuery || isUnknown) && waited >= longestBackoff(maxRetries))
  );
}
