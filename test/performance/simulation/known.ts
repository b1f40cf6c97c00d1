/** The missed goals that have a known reason. A larger miss fails like a miss without a reason. */

import type { Goals, Scenario } from "./scenarios.js";

interface KnownMiss {
  readonly goal: keyof Goals;
  readonly applies: (scenario: Scenario) => boolean;
  /** Slightly above the present value. */
  readonly max: number;
  readonly because: string;
}

const shared = ({ processes = 1 }: Scenario): boolean => processes > 1;
const named =
  (...names: readonly string[]) =>
  ({ name }: Scenario): boolean =>
    names.some((part) => name.includes(part));
const short = ({ requests }: Scenario): boolean => requests < 1600;
const far = ({ rtt }: Scenario): boolean => rtt >= 100;

const known: readonly KnownMiss[] = [
  {
    goal: "timeOverIdeal",
    applies: (scenario) => named("window 200")(scenario) && !short(scenario),
    max: 1.9,
    because: "the job lasts eight windows, and the delay after each 429 takes one of them",
  },
  {
    goal: "timeOverIdeal",
    applies: (scenario) => far(scenario) && named("window 20 per 1 s")(scenario),
    max: 1.3,
    because: "a delay of one second is a whole window, and at 120 ms the 429 arrives late in it",
  },
  {
    goal: "timeOverIdeal",
    applies: named("600 per minute in windows, no reset"),
    max: 1.6,
    because: "a window of a minute is used up within seconds, and no header contains its length",
  },
  {
    goal: "timeOverIdeal",
    applies: named("120000 tokens/s"),
    max: 1.8,
    because: "the reset is rounded up to a second, but the bucket is full after a third of a second",
  },
  {
    goal: "timeOverIdeal",
    applies: named("no response, maxRetries 0"),
    max: 1.02,
    because: "the window opens in 0.5 s, so the last queries are sent after that",
  },
  {
    goal: "timeOverIdeal",
    applies: shared,
    max: 1.9,
    because: "processes learn of each other only by 429s, and the last one had left quota to the others",
  },
  {
    goal: "rateLimitedShare",
    applies: named("bucket 1/s, burst 1"),
    max: 0.6,
    because: "without a burst, a request within a second of another one receives a 429",
  },
  {
    goal: "mostRateLimits",
    applies: (scenario) => far(scenario) && named("a query each 0.5 s beside a bucket")(scenario),
    max: 6,
    because: "queries go first, so one request of documents can receive six 429s",
  },
  {
    goal: "mostRateLimits",
    applies: (scenario) => shared(scenario) && named("bucket 1/s, burst 1")(scenario),
    max: 45,
    because: "only a request in one tenth of each second is accepted, and only chance finds it",
  },
  {
    goal: "rateLimitedShare",
    applies: (scenario) => shared(scenario) && short(scenario),
    max: 0.38,
    because: "39 requests each: more than half of the 429s are the first ones, for all requests in flight",
  },
  {
    goal: "rateLimitedShare",
    applies: shared,
    max: 0.075,
    because: "at 120 ms, 16 requests are in flight when the first 429 arrives",
  },
  {
    goal: "rateLimitedShare",
    applies: (scenario) => short(scenario),
    max: 0.15,
    because: "the requests in flight at the first 429, or when a limit falls, are up to a tenth of 157",
  },
  {
    goal: "rateLimitedShare",
    applies: (scenario) =>
      far(scenario) ||
      named(
        "window 60 per 60 s",
        "window 1 per 1 s",
        "0/s, burst 200",
        "window 200",
        "reset fractional",
      )(scenario),
    max: 0.045,
    because: "several requests are in flight at each 429; one 429 per window of 60 is 1.7 %",
  },
  {
    goal: "queryOverLone",
    applies: named("8 workers"),
    max: 2.4,
    because: "the server has eight workers and 16 requests of documents, and a query waits behind them",
  },
];

/** Returns the reason for which a goal is missed by this much; `undefined` if none is known. */
export function knownReason(scenario: Scenario, goal: keyof Goals, found: number): string | undefined {
  return known.find((one) => one.goal === goal && one.applies(scenario) && found <= one.max)?.because;
}
