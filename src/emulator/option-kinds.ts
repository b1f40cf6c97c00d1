/** The types of emulator options that core does not have. */

import { nearestName } from "../core/options/nearest-name.js";
import { checkType, type Option } from "../core/options/option-types.js";

/** The longest delay that a timer supports, in milliseconds. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A number in the range that `expected` describes. */
function numeric<Default extends number | undefined = undefined>(
  expected: string,
  isInRange: (value: number) => boolean,
  value?: Default,
): Option<number, number | Default> {
  const check = checkType<number>(expected, (given) => typeof given === "number" && isInRange(given));
  return { check, default: () => value as Default };
}

/** A whole number of `min` or more; `Infinity` for no limit. */
export function limit<Default extends number | undefined = undefined>(
  min: number,
  value?: Default,
): Option<number, number | Default> {
  const isInRange = (given: number): boolean =>
    given >= min && (Number.isInteger(given) || given === Number.POSITIVE_INFINITY);
  return numeric(`a whole number, ${min} or more`, isInRange, value);
}

/** A number above 0; `Infinity` for no limit. */
export const aboveZero = numeric("a number above 0", (given) => given > 0);

/** A length of time above 0. */
export const finiteAboveZero = numeric(
  "a finite number above 0",
  (given) => given > 0 && Number.isFinite(given),
);

/** A number of `min` or more. */
export function atLeast(min: number): Option<number, number | undefined> {
  return numeric(`a number of ${min} or more`, (given) => given >= min);
}

/** A number from 0 to 1. */
export const share = numeric("a number from 0 to 1", (given) => given >= 0 && given <= 1);

/** A time in milliseconds that a timer supports. */
export function milliseconds<Default extends number | undefined = undefined>(
  value?: Default,
): Option<number, number | Default> {
  const isInRange = (given: number): boolean => given >= 0 && given <= MAX_TIMER_MS;
  return numeric(`a number from 0 to ${MAX_TIMER_MS}`, isInRange, value);
}

/** One of some values. The fix for a similar string is the value. */
export function choice<const Choice extends string | number, Default extends Choice | undefined = undefined>(
  choices: readonly Choice[],
  value?: Default,
): Option<Choice, Choice | Default> {
  const expected = choices.map((one) => JSON.stringify(one)).join(" or ");
  const isChoice = checkType<Choice>(expected, (given) => choices.includes(given as Choice));
  return {
    check: (given, name, error) => {
      const near = typeof given === "string" ? nearestName(given, choices.map(String)) : undefined;
      if (near === undefined || near === given) return isChoice(given, name, error);
      throw error(`\`${name}\` is a string that is not known`, `did you mean ${JSON.stringify(near)}?`);
    },
    default: () => value as Default,
  };
}
