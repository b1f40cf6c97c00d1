import type { AssumptionId } from "./assumptions.js";
import { describeRejection, isFailure, property } from "./probe-client.js";
import type { RawResponse } from "./raw-request.js";

/** Whether an observation is as expected; `undefined` if that is unknown, `"failed"` if the check failed. */
export type Verdict = boolean | undefined | "failed";

/** Adds an observation to the report. */
export type Observe = (id: AssumptionId, observed: string, expected: Verdict) => void;

/** Returns `"failed"` if a response without a result is not about the endpoint, otherwise the verdict. */
export function unlessFailed(response: RawResponse, verdict: boolean | undefined): Verdict {
  return isFailure(response) ? "failed" : verdict;
}

/** Records whether the endpoint accepted an input. The package relies on neither result. */
export function observeAcceptance(id: AssumptionId, response: RawResponse, observe: Observe): void {
  const isAccepted = response.status === 200 && response.problem === undefined;
  if (isAccepted) observe(id, "accepted", true);
  else observe(id, describeRejection(response), unlessFailed(response, true));
}

/** Records the number of tokens that the server reports, if it reports one. */
export function observeUsage(id: AssumptionId, { body }: RawResponse, observe: Observe): void {
  const usage = property(body, "usage");
  const total = property(usage, "total_tokens");
  const known = typeof total === "number" || usage === null || usage === undefined;
  observe(id, typeof total === "number" ? `${total} tokens` : usage === null ? "null" : "absent", known);
}

/**
 * Determines what the endpoint does with text beyond a limit of tokens. The request holds two texts that differ only
 * beyond that limit: equal results mean that the end of the texts was truncated.
 */
export function checkTruncation<Result>(
  response: RawResponse,
  limit: number,
  read: (response: RawResponse) => readonly Result[] | undefined,
  equal: (a: Result | undefined, b: Result | undefined) => boolean,
): { verdict: "rejected" | "truncated" | "read" | "failed"; observed: string; expected: Verdict } {
  const results = read(response);
  if (!results) {
    const expected = unlessFailed(response, true);
    const observed = `${describeRejection(response)} beyond ${limit} tokens`;
    return { verdict: expected === "failed" ? "failed" : "rejected", observed, expected };
  }
  return equal(results[0], results[1])
    ? { verdict: "truncated", observed: `silently truncated at ${limit} tokens or fewer`, expected: true }
    : { verdict: "read", observed: `read to the end, beyond ${limit} tokens`, expected: false };
}
