/** Plots accepted and rate-limited requests per second, and the server's limit. */

import { writeFile } from "node:fs/promises";
import { init, type EChartsOption } from "echarts";
import { runScenario, type Outcome } from "./run.js";
import { scenarios } from "./scenarios.js";

/** The plots from top to bottom: a part of a scenario's name, and its limit at a time in seconds. */
const PLOTS: readonly { name: string; title: string; limit: (second: number) => number }[] = [
  { name: "bucket 20/s, burst 20, reset whole", title: "20 allowed", limit: () => 20 },
  { name: "drops to a fifth", title: "50 allowed, then 10", limit: (second) => (second < 16 ? 50 : 10) },
  { name: "rises five times", title: "10 allowed, then 50", limit: (second) => (second < 80 ? 10 : 50) },
];

const WIDTH = 860;
const HEIGHT = 240;
const REQUESTS = 1600;
const RTT = 20;

/** Writes the plots to an SVG file. */
export async function plot(file: string, seed: number): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const { name } of PLOTS) {
    const scenario = scenarios(REQUESTS, RTT).find((candidate) => candidate.name.includes(name));
    if (!scenario) throw new Error(`Cannot plot: there is no scenario "${name}"; see scenarios.ts`);
    outcomes.push(await runScenario(scenario, seed));
  }
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH,
    height: HEIGHT * PLOTS.length + 50,
  });
  chart.setOption(optionsFor(outcomes));
  await writeFile(file, chart.renderToSVGString());
  chart.dispose();
}

function optionsFor(outcomes: readonly Outcome[]): EChartsOption {
  return {
    animation: false,
    backgroundColor: "#fff",
    legend: { bottom: 8, data: ["accepted", "rate-limited", "the server's limit"] },
    title: PLOTS.map(({ title }, place) => ({
      text: `Requests per second: ${title}`,
      left: 56,
      top: 8 + place * HEIGHT,
      textStyle: { fontSize: 14 },
    })),
    grid: PLOTS.map((_, place) => ({ left: 56, right: 20, top: 40 + place * HEIGHT, height: HEIGHT - 86 })),
    xAxis: PLOTS.map((_, gridIndex) => ({
      gridIndex,
      type: "value" as const,
      name: "seconds",
      nameLocation: "middle" as const,
      nameGap: 24,
      max: "dataMax" as const,
    })),
    yAxis: PLOTS.map((_, gridIndex) => ({
      gridIndex,
      type: "value" as const,
    })),
    series: outcomes.flatMap((outcome, place) => seriesFor(outcome, place)),
  };
}

function seriesFor(outcome: Outcome, place: number): NonNullable<EChartsOption["series"]> & object[] {
  const axes = { xAxisIndex: place, yAxisIndex: place, showSymbol: false };
  const seconds = Math.ceil(outcome.elapsedMs / 1000);
  const { limit } = PLOTS[place] as (typeof PLOTS)[number];
  const perSecond = (rateLimited: boolean): [number, number][] =>
    Array.from({ length: seconds }, (_, second) => [second, countIn(outcome, second, rateLimited)]);
  return [
    { ...axes, type: "line", step: "end", name: "accepted", data: perSecond(false), color: "#2563eb" },
    {
      ...axes,
      type: "scatter",
      name: "rate-limited",
      symbolSize: 7,
      data: perSecond(true).filter(([, amount]) => amount > 0),
      color: "#dc2626",
    },
    {
      ...axes,
      type: "line",
      step: "end",
      name: "the server's limit",
      data: Array.from({ length: seconds }, (_, second) => [second, limit(second)]),
      lineStyle: { type: "dashed", width: 1 },
      color: "#111",
    },
  ];
}

function countIn({ log }: Outcome, second: number, rateLimited: boolean): number {
  return log.filter((entry) => entry.rateLimited === rateLimited && Math.floor(entry.at / 1000) === second)
    .length;
}
