import { describeRejection, type RawResponse } from "./probe-client.js";

/** The largest batch that an endpoint accepts, within the range that was tried. */
export interface MaxBatch {
  /** The largest accepted number of items; 0 if no batch was accepted. */
  readonly accepted: number;
  /** What happened to the next larger batch; `undefined` if no batch was rejected. */
  readonly rejection: string | undefined;
}

const MAX_ITEMS = 2048;
const MIN_ITEMS = 16;

/** The number of requests that {@link findMaxBatch} sends at most, without retries. */
export const MAX_BATCH_REQUESTS = Math.log2(MAX_ITEMS / MIN_ITEMS) + 1;

/**
 * Splits the batch in half until the endpoint accepts it: with status 200 and one result per item. A server may leave
 * out the items that are too many, or return a default number of results.
 *
 * @param countResults - Returns the number of results in a response, or `undefined` if it has none.
 */
export async function findMaxBatch(
  send: (items: number) => Promise<RawResponse>,
  countResults: (response: RawResponse) => number | undefined,
): Promise<MaxBatch> {
  let rejection: string | undefined;
  for (let items = MAX_ITEMS; items >= MIN_ITEMS; items /= 2) {
    const response = await send(items);
    const results = countResults(response);
    if (results === items) return { accepted: items, rejection };
    rejection = `${items} ${results === undefined ? describeRejection(response) : `returned ${results}`}`;
  }
  return { accepted: 0, rejection };
}

/** Describes the result for the report, such as `64; 128 rejected with 413`. */
export function describe({ accepted, rejection }: MaxBatch): string {
  if (accepted === 0) return `none accepted: ${rejection}`;
  return rejection === undefined ? `${accepted} or more` : `${accepted}; ${rejection}`;
}
