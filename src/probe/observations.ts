import type { AssumptionId } from "./assumptions.js";
import { describeRejection, property, type RawResponse } from "./probe-client.js";

/** Adds an observation to the report. */
export type Observe = (id: AssumptionId, observed: string, expected: boolean | undefined) => void;

/** Records whether the endpoint accepted an input. The package relies on neither result. */
export function observeAcceptance(id: AssumptionId, response: RawResponse, observe: Observe): void {
  observe(id, response.status === 200 ? "accepted" : describeRejection(response), true);
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
): { verdict: "rejected" | "truncated" | "read"; observed: string } {
  const results = read(response);
  if (!results) {
    return { verdict: "rejected", observed: `${describeRejection(response)} beyond ${limit} tokens` };
  }
  return equal(results[0], results[1])
    ? { verdict: "truncated", observed: `silently truncated at ${limit} tokens or fewer` }
    : { verdict: "read", observed: `read to the end, beyond ${limit} tokens` };
}
