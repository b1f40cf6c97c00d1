/** Checks rate limits in options and setters. */

import { functionOr, object } from "../../core/options/nested-options.js";
import { integer, type Option } from "../../core/options/option-types.js";
import { aboveZero, atLeast, choice, finiteAboveZero, share } from "../option-kinds.js";
import type { LimitRejection, LimitRule, RateGrowth, RateLimitOptions } from "./rate-limit-options.js";
import type { ResetFormat } from "./reset.js";

type Func = (waitSeconds: number) => number;

const format = choice(["rounded", "exact", "none", "date", "epoch", "epoch-ms"]);

type Constant = Exclude<ResetFormat, Func>;

const reset: Option<ResetFormat, ResetFormat | undefined> = functionOr<Func, Constant, Constant | undefined>({
  check: (value, name, error) =>
    typeof value === "number" ? atLeast(0).check(value, name, error) : format.check(value, name, error),
  default: () => undefined,
});

const header = choice(["x-ratelimit-reset", "retry-after", "retry-after-ms"]);
const status = integer({ min: 400, max: 599 });

/** A rate limit: its options, or a function. */
export const limitsOption: Option<RateLimitOptions | LimitRule, RateLimitOptions | LimitRule | undefined> =
  functionOr<LimitRule, RateLimitOptions, RateLimitOptions | undefined>(
    object<RateLimitOptions>({
      requestsPerSecond: aboveZero,
      tokensPerSecond: aboveZero,
      algorithm: choice(["token-bucket", "fixed-window"]),
      windowSeconds: finiteAboveZero,
      burst: aboveZero,
      reset,
      header,
      status,
      randomShare: share,
      growth: object<RateGrowth>({ factor: atLeast(1), windowSeconds: finiteAboveZero }),
    }),
  );

/** The result of a limit that is a function. */
export const rejectionOption: Option<LimitRejection, LimitRejection | undefined> = object<LimitRejection>({
  waitSeconds: atLeast(0),
  errorType: choice(["dynamic_request_limited", "dynamic_token_limited"]),
  header,
  status,
  reset,
});
