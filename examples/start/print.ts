const COLUMNS = 100;

/** Returns a number and its noun, such as `1 passage` or `2,944 passages`. */
export function counted(amount: number, noun: string): string {
  return `${amount.toLocaleString("en-US")} ${noun}${amount === 1 ? "" : "s"}`;
}

/** Shortens a line to {@link COLUMNS} characters. */
export function shortened(line: string): string {
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}…` : line;
}
