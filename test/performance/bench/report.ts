/** Prints figures as Markdown tables. */

import { markdownTable } from "markdown-table";
import type { Run } from "./compare.js";
import type { Goal } from "./goals.js";
import type { Import } from "./imports.js";
import { roster } from "./roster.js";
import type { Scenario } from "./scenarios.js";
import { rowsOf, type Figure, type Row } from "./summary.js";

/** Returns the table of one scenario. */
export function scenarioReport(scenario: Scenario, runs: readonly Run[]): string {
  const base = scenario.base ? "first" : "baseline";
  const head = [
    "",
    "seconds",
    `× ${base}`,
    "× Embedder",
    "CPU s",
    `CPU × ${base}`,
    "peak MB",
    "requests",
    "429s",
  ];
  const rows = rowsOf(runs, scenario.base).map((row) => cells(row));
  return `### ${scenario.name}: ${scenario.about}

${table([head, ...rows])}`;
}

function cells(row: Row): string[] {
  return [
    roster[row.client].title,
    row.wallMs ? spread(row.wallMs, 1000, 2) : (row.failure ?? ""),
    plain(row.overBase, 2),
    plain(row.overEmbedder, 2),
    plain(row.cpuMs, 2, 1000),
    plain(row.cpuOverBase, 2),
    plain(row.peakMB, 0),
    String(row.requests),
    row.rateLimited === 0
      ? "0"
      : `${row.rateLimited} (${Math.round((100 * row.rateLimited) / row.requests)} %)`,
  ];
}

/** Returns the table of the imports. */
export function importReport(imports: readonly Import[]): string {
  const rows = imports.map(({ entry, ms, bytes }) => [entry, spread(ms, 1, 1), (bytes / 1024).toFixed(1)]);
  return `### import: each entry beyond its framework and SDK\n\n${table([["", "ms", "KB gzipped"], ...rows])}`;
}

/** Returns the table of all goals, missed ones first. */
export function goalReport(goals: readonly Goal[]): string {
  const rows = goals
    .toSorted((one, other) => Number(one.met) - Number(other.met))
    .map(({ what, measured, met }) => [met ? "met" : "MISSED", what, measured]);
  return `### goals\n\n${table([["", "goal", "measured"], ...rows], "l")}`;
}

function table(rows: string[][], align = "r"): string {
  return markdownTable(rows, { align: rows[0]?.map((_, place) => (place === 0 ? "l" : align)) ?? [] });
}

function spread({ median, least, most }: Figure, unit: number, digits: number): string {
  const [middle, low, high] = [median, least, most].map((number) => (number / unit).toFixed(digits));
  return low === high ? String(middle) : `${middle} (${low}–${high})`;
}

function plain(figure: Figure | undefined, digits: number, unit = 1): string {
  return figure ? (figure.median / unit).toFixed(digits) : "";
}
