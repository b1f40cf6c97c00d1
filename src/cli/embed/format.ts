/** Formats numbers for people. */

/** Formats a number with commas: `1,234,567`. */
export function formatCount(amount: number): string {
  return amount.toLocaleString("en-US");
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Formats a duration with its two largest units: `12 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 10 * SECOND_MS) return `${Math.round(milliseconds / 100) / 10} s`;
  const rounded = Math.round(milliseconds / SECOND_MS) * SECOND_MS;
  if (rounded < MINUTE_MS) return `${rounded / SECOND_MS} s`;
  if (rounded < HOUR_MS) return twoUnits(rounded, MINUTE_MS, "min", SECOND_MS, "s");
  if (rounded < DAY_MS) return twoUnits(rounded, HOUR_MS, "h", MINUTE_MS, "min");
  return twoUnits(rounded, DAY_MS, "d", HOUR_MS, "h");
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  return `${Math.floor(ms / large)} ${largeName} ${Math.floor((ms % large) / small)} ${smallName}`;
}

/** Formats US dollars: cents, or three digits of a smaller amount. */
export function formatDollars(amount: number): string {
  if (amount > 0 && amount < 0.1)
    return `$${amount.toLocaleString("en-US", { maximumSignificantDigits: 3 })}`;
  return `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
