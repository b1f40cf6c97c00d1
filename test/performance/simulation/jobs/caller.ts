/** Makes one call of a random job, may abort it, and checks its ending. */

import { isTogetherError, type TogetherErrorCode } from "../../../../src/index.js";
import { runCall, type Call } from "./calls.js";
import type { Progress } from "./checks.js";
import { endsTooEarly } from "./patience.js";
import type { CallPlan, Behavior, Plan, ServerPlan } from "./plan.js";
import { SourceFailed } from "./sources.js";
import type { World } from "./world.js";

/** The error that `onProgress` throws. */
class ProgressFailed extends Error {}

/** How a call ended. */
export interface Ending {
  readonly how: "done" | "failed" | "given up" | "not begun";
  readonly problems: readonly string[];
}

/** The error codes that each kind of server can cause. */
const HEALTHY: readonly TogetherErrorCode[] = ["invalid_input", "text_too_long"];
const UNRELIABLE: readonly TogetherErrorCode[] = [
  ...HEALTHY,
  "server_error",
  "connection_failed",
  "timeout",
  "rate_limited",
];
const HOSTILE: readonly TogetherErrorCode[] = [
  ...UNRELIABLE,
  "unauthorized",
  "payment_required",
  "permission_denied",
  "model_unavailable",
  "not_found",
  "bad_request",
  "redirected",
  "invalid_response",
  // If all vectors of the first response are too short, the right value of `dimensions` seems wrong.
  "invalid_option",
];
const POSSIBLE: Readonly<Record<Behavior, readonly TogetherErrorCode[]>> = {
  healthy: HEALTHY,
  unreliable: UNRELIABLE,
  hostile: HOSTILE,
};

/** Returns the possible error codes. With a limit on tokens, the delay of a large request can exceed the deadline. */
function possibleCodes({ behavior, limits }: ServerPlan): readonly TogetherErrorCode[] {
  return limits?.tokensPerSecond === undefined ? POSSIBLE[behavior] : [...POSSIBLE[behavior], "rate_limited"];
}

export async function makeCall(plan: CallPlan, world: World, job: Plan): Promise<Ending> {
  if (plan.startsAt > 0) await world.wait(plan.startsAt);
  const startedAt = performance.now();
  const controller = new AbortController();
  const problems: string[] = [];
  let abortedAt = Number.POSITIVE_INFINITY;
  const giveUp = (): void => {
    if (controller.signal.aborted) return;
    abortedAt = performance.now();
    controller.abort(plan.reason);
  };
  const { signal } = controller;
  const object = world.objects[plan.object]!;
  const progress: Progress[] = [];
  const onProgress = (step: Progress): void => {
    progress.push(step);
    if (plan.giveUp?.how === "progress" && plan.giveUp.number === progress.length) giveUp();
    if (plan.throwsAt === progress.length) throw new ProgressFailed("the caller's own");
  };
  const call: Call = { plan, world, object, signal, giveUp, onProgress, progress, problems };
  const cancelAbort = planToGiveUp(call);
  const ended = await runCall(call).then(
    () => ({ how: "done" as const }),
    (error: unknown) => ({ how: "failed" as const, error }),
  );
  cancelAbort();
  const late = performance.now() - abortedAt;
  if (late > 0) problems.push(`it ended ${late} ms after the abort`);
  if (ended.how === "done") return { how: "done", problems };
  const given = signal.aborted && ended.error === signal.reason;
  if (!given) problems.push(...wrongError(ended.error, plan, possibleCodes(job.server), signal.aborted));
  if (!given && isTogetherError(ended.error))
    problems.push(...endsTooEarly(ended.error, plan, startedAt, world, job));
  return { how: given ? "given up" : "failed", problems };
}

function planToGiveUp({ plan, world, object, giveUp }: Call): () => void {
  const how = plan.giveUp;
  if (!how || how.how === "progress") return () => {};
  if (how.how === "before") giveUp();
  if (how.how === "before") return () => {};
  if (how.how === "after") return world.after(how.ms, giveUp);
  const listeners = how.how === "event" ? object.listeners : world.listeners;
  let left = how.number;
  const listener = (): void => {
    left -= 1;
    if (left === 0) giveUp();
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function wrongError(
  error: unknown,
  plan: CallPlan,
  possible: readonly TogetherErrorCode[],
  aborted: boolean,
): string[] {
  if (error instanceof ProgressFailed || (error instanceof SourceFailed && plan.kind === "embedStream"))
    return [];
  if (!isTogetherError(error)) return [`it rejected with ${String(error)}`];
  if (!possible.includes(error.code)) return [`it failed with ${error.code}: ${error.message}`];
  if (aborted && plan.giveUp?.how === "before") return ["an abort before the call was ignored"];
  const blank = plan.texts.some((text) => text.trim() === "");
  if (error.code === "invalid_input" && !blank) return [`it rejected valid input: ${error.message}`];
  return [];
}
