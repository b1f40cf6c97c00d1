import { assumptions, type AssumptionId, type Observation } from "./assumptions.js";

/** What an endpoint did, and what follows from it. Holds no key and no text. */
export interface Report {
  readonly baseURL: string;
  readonly model: string | undefined;
  readonly rerankModel: string | undefined;
  readonly requests: number;
  readonly observations: readonly Observation[];
  /** Code to paste. */
  readonly recommended: readonly string[];
}

const HEADINGS = ["", "what", "expected", "observed"] as const;

/** A table for people. */
export function inPrint({ observations, recommended, requests }: Report): string {
  const rows = observations.map(({ id, observed, expected }) => [
    expected === undefined ? "?" : expected ? "=" : "!",
    assumptions[id].question,
    assumptions[id].expected,
    observed,
  ]);
  const surprises = observations.filter(({ expected }) => expected === false);
  return [
    table([[...HEADINGS], ...rows]),
    `${requests} requests were sent. ${verdict(surprises.map(({ id }) => id))}`,
    "What to write here:",
    recommended.join("\n"),
    "",
  ].join("\n\n");
}

function verdict(surprises: readonly AssumptionId[]): string {
  if (surprises.length === 0) return "Nothing is otherwise than expected.";
  const what = surprises.map((id) => assumptions[id].question).join(", ");
  return `Otherwise than expected: ${what}. A report (--json) at the project's issue tracker helps everybody.`;
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** For a bug report: with what each expectation rests on. */
export function inJson(report: Report, version: string): string {
  const observations = report.observations.map((observation) => ({
    ...observation,
    ...assumptions[observation.id],
    asExpected: observation.expected ?? null,
  }));
  return `${JSON.stringify({ "together-retrieval": version, ...report, observations }, null, 2)}\n`;
}
