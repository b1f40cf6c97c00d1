/** Determines how long an operation waits while its model fails. Pure. */

import type { Failing } from "../rate-limit/permit.js";
import type { ApiOperation } from "./attempt.js";
import { longestBackoff } from "./retry-policy.js";

/** The options that limit the wait. */
export interface WaitingLimits {
  readonly retryDeadline: number;
  readonly maxRetries: number;
}

/**
 * Returns the deadline of an operation while the model fails, on the limiter's clock. Documents, and all rate-limited
 * callers, wait for `retryDeadline` since the last success. A query or rerank request waits as long as its own retries
 * would take, each as long as the model's last attempt. All operations do if the address has never responded.
 */
export function waitsUntil(
  { priority, startedAt, failingSince, limiter }: ApiOperation,
  { lastSuccess, since, failedAfterMs }: Failing,
  { retryDeadline, maxRetries }: WaitingLimits,
): number {
  if (failedAfterMs !== undefined && (priority === "high" || !limiter.hasResponded)) {
    return Math.max(startedAt, since) + maxRetries * failedAfterMs + longestBackoff(maxRetries);
  }
  return Math.min(Math.max(lastSuccess, startedAt), failingSince) + retryDeadline;
}

/** Returns how long an operation may continue while the model fails, in milliseconds. */
export function timeLeft(operation: ApiOperation, limits: WaitingLimits): number {
  const { clock, failing } = operation.limiter;
  return failing ? waitsUntil(operation, failing, limits) - clock.now() : Number.POSITIVE_INFINITY;
}
