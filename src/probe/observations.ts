import type { AssumptionId } from "./assumptions.js";
import { member, refusal, type Reply } from "./probe-client.js";

/** Writes down what was seen. */
export type Note = (id: AssumptionId, observed: string, expected: boolean | undefined) => void;

/** What is either accepted or refused, and nobody relies on which. */
export function noteRefusable(id: AssumptionId, reply: Reply, note: Note): void {
  note(id, reply.status === 200 ? "accepted" : refusal(reply), true);
}

/** Tokens that the server counted, if it did. */
export function noteUsage(id: AssumptionId, { body }: Reply, note: Note): void {
  const usage = member(body, "usage");
  const total = member(usage, "total_tokens");
  const known = typeof total === "number" || usage === null || usage === undefined;
  note(id, typeof total === "number" ? `${total} tokens` : usage === null ? "null" : "absent", known);
}

/** Two texts that differ beyond the limit alone: with equal results, the end was never read. */
export function cutOrNot<Result>(
  reply: Reply,
  limit: number,
  read: (reply: Reply) => readonly Result[] | undefined,
  equal: (one: Result | undefined, other: Result | undefined) => boolean,
): { verdict: "refused" | "cut" | "read"; observed: string } {
  const results = read(reply);
  if (!results) return { verdict: "refused", observed: `${refusal(reply)} beyond ${limit} tokens` };
  return equal(results[0], results[1])
    ? { verdict: "cut", observed: `cut without a word, beyond ${limit} tokens or before` }
    : { verdict: "read", observed: `read to the end, beyond ${limit} tokens` };
}
