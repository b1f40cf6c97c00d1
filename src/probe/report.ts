import { assumptions, type AssumptionId, type Observation } from "./assumptions.js";
import { formatTable } from "./table.js";

/** The result of an endpoint check. It holds no key and no text. */
export interface Report {
  readonly baseURL: string;
  readonly model: string | undefined;
  readonly rerankModel: string | undefined;
  /** The number of requests that were sent, retries included. */
  readonly requests: number;
  readonly observations: readonly Observation[];
  /** The recommended options, as code to paste. */
  readonly recommended: readonly string[];
}

const HEADINGS = ["", "what", "expected", "observed"] as const;

/** Formats a report as a table with the recommended options below it. */
export function formatText({ observations, recommended, requests }: Report): string {
  const rows = observations.map(({ id, observed, expected, failed }) => [
    failed ? "x" : expected === undefined ? "?" : expected ? "=" : "!",
    assumptions[id].question,
    assumptions[id].expected,
    observed,
  ]);
  const unexpected = observations.filter(({ expected }) => expected === false);
  return [
    formatTable([[...HEADINGS], ...rows]),
    `Sent ${requests} requests. ${formatVerdict(unexpected.map(({ id }) => id))}`,
    "Recommended options:",
    recommended.join("\n"),
    "",
  ].join("\n\n");
}

function formatVerdict(unexpected: readonly AssumptionId[]): string {
  if (unexpected.length === 0) return "No observation is unexpected.";
  const questions = unexpected.map((id) => assumptions[id].question).join(", ");
  return `Unexpected: ${questions}. Please report it in the project's issue tracker, with the output of --json.`;
}

/** Returns the questions whose check failed, for a sentence; empty if none did. */
export function failedChecks({ observations }: Report): string {
  return observations
    .filter(({ failed }) => failed)
    .map(({ id }) => assumptions[id].question)
    .join(", ");
}

/** Formats a report as JSON for a bug report, with the source of each expectation. */
export function formatJson(report: Report, version: string): string {
  const observations = report.observations.map((observation) => ({
    ...observation,
    ...assumptions[observation.id],
    asExpected: observation.expected ?? null,
  }));
  return `${JSON.stringify({ "together-retrieval": version, ...report, observations }, null, 2)}\n`;
}
