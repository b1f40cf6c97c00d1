/** The goals that cannot be reached, how far they are missed, and why. Going beyond fails like any other miss. */

import type { Goals, Scenario } from "./scenarios.js";

interface Known {
  readonly goal: keyof Goals;
  readonly holds: (scenario: Scenario) => boolean;
  /** What is found today, with a little room. */
  readonly upTo: number;
  readonly because: string;
}

const shared = ({ processes = 1 }: Scenario): boolean => processes > 1;
const named =
  (...names: readonly string[]) =>
  ({ name }: Scenario): boolean =>
    names.some((part) => name.includes(part));
const short = ({ requests }: Scenario): boolean => requests < 1600;
const far = ({ rtt }: Scenario): boolean => rtt >= 100;

const known: readonly Known[] = [
  {
    goal: "timeOverIdeal",
    holds: (scenario) => named("window 200")(scenario) && !short(scenario),
    upTo: 1.9,
    because: "the job is eight windows long, and the pause after each refusal costs one of them",
  },
  {
    goal: "timeOverIdeal",
    holds: (scenario) => far(scenario) && named("window 20 per 1 s")(scenario),
    upTo: 1.3,
    because: "a pause of a whole second is a whole window, and at 120 ms the refusal comes late in it",
  },
  {
    goal: "timeOverIdeal",
    holds: (scenario) => named("but 2/s for 10 s")(scenario) && !short(scenario),
    upTo: 1.75,
    because: "a limit that falls to a tenth is found by its 429s, and regained by doubling every few seconds",
  },
  {
    goal: "timeOverIdeal",
    holds: named("600 per minute in windows, no reset"),
    upTo: 1.6,
    because: "a window of a minute is used up within seconds, and nothing says how long it lasts",
  },
  {
    goal: "timeOverIdeal",
    holds: named("120000 tokens/s"),
    upTo: 1.8,
    because: "a reset of a whole second hides that the bucket refills within a third of a second",
  },
  {
    goal: "timeOverIdeal",
    holds: named("no response, maxRetries 0"),
    upTo: 1.02,
    because: "the window opens in 0.5 s, and the last queries are sent only then",
  },
  {
    goal: "timeOverIdeal",
    holds: shared,
    upTo: 1.9,
    because: "nobody knows of the others but by refusals, and whoever ends last had to leave them room",
  },
  {
    goal: "refusedShare",
    holds: named("bucket 1/s, burst 1"),
    upTo: 0.6,
    because:
      "without a burst and without a reset, or with others, whoever comes within a second of another is refused",
  },
  {
    goal: "mostRefusals",
    holds: (scenario) => shared(scenario) && named("bucket 1/s, burst 1")(scenario),
    upTo: 45,
    because: "a gap of a tenth of a second in each is found by chance",
  },
  {
    goal: "refusedShare",
    holds: (scenario) => shared(scenario) && short(scenario),
    upTo: 0.38,
    because:
      "39 requests each: more than half of what is refused is the first refusal, of all that is in flight",
  },
  {
    goal: "refusedShare",
    holds: shared,
    upTo: 0.075,
    because: "at 120 ms, sixteen are in flight when the first refusal comes",
  },
  {
    goal: "refusedShare",
    holds: (scenario) => short(scenario),
    upTo: 0.15,
    because:
      "what is in flight when a limit is met first, or has just fallen, is up to a tenth of 157 requests",
  },
  {
    goal: "refusedShare",
    holds: (scenario) =>
      far(scenario) ||
      named(
        "window 60 per 60 s",
        "window 1 per 1 s",
        "0/s, burst 200",
        "window 200",
        "reset fractional",
      )(scenario),
    upTo: 0.045,
    because: "several are in flight at each refusal; a window of 60 is probed once in each, which is 1.7 %",
  },
  {
    goal: "queryOverLone",
    holds: named("8 workers"),
    upTo: 2.4,
    because: "the server has eight workers and sixteen documents: a query waits there, behind them",
  },
];

/** Why a goal is known to be missed by as much as was found, if it is. */
export function excuse(scenario: Scenario, goal: keyof Goals, found: number): string | undefined {
  return known.find((one) => one.goal === goal && one.holds(scenario) && found <= one.upTo)?.because;
}
