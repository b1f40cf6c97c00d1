import type { Verdict } from "./observations.js";
import { describeRejection, isFailure } from "./probe-client.js";
import type { RawResponse } from "./raw-request.js";

/** The largest batch that an endpoint accepts, within the range that was tried. */
export interface MaxBatch {
  /** The largest accepted number of items; 0 if no batch was accepted. */
  readonly accepted: number;
  /** The outcome of the next larger batch; `undefined` if no batch was rejected. */
  readonly rejection: string | undefined;
  /** Whether no response to the next larger batch was about its size. */
  readonly failed: boolean;
}

const MAX_ITEMS = 2048;
const MIN_ITEMS = 16;

/** The number of requests that {@link findMaxBatch} sends at most, without retries. */
export const MAX_BATCH_REQUESTS = Math.log2(MAX_ITEMS / MIN_ITEMS) + 1;

/**
 * Splits the batch in half until the endpoint accepts it: with status 200 and one result per item. A server may omit
 * excess items, or return a default number of results.
 *
 * @param countResults - Returns the number of results in a response, or `undefined` if it has none.
 */
export async function findMaxBatch(
  send: (items: number) => Promise<RawResponse>,
  countResults: (response: RawResponse) => number | undefined,
): Promise<MaxBatch> {
  let rejection: string | undefined;
  let failed = false;
  for (let items = MAX_ITEMS; items >= MIN_ITEMS; items /= 2) {
    const response = await send(items);
    const results = countResults(response);
    if (results === items) return { accepted: items, rejection, failed };
    failed = results === undefined && isFailure(response);
    rejection = `${items} ${results === undefined ? describeRejection(response) : `returned ${results}`}`;
  }
  return { accepted: 0, rejection, failed };
}

/** Whether the largest batch is as large as expected. */
export function verdictOf({ accepted, failed }: MaxBatch, expected: number): Verdict {
  return failed ? "failed" : accepted >= expected;
}

/** Describes the result for the report, such as `64; 128 rejected with 413`. */
export function describe({ accepted, rejection }: MaxBatch): string {
  if (accepted === 0) return `none accepted: ${rejection}`;
  return rejection === undefined ? `${accepted} or more` : `${accepted}; ${rejection}`;
}
