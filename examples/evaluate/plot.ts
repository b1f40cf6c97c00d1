import { ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Outcome } from "./report.js";

use([ScatterChart, GridComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** Plots each question as a point. Reranking improved the results above the diagonal; it harmed those below. */
export function plot(outcomes: readonly Outcome[], title: string): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width: 560, height: 560 });
  const share = { type: "value", min: 0, max: 1, nameLocation: "middle", nameGap: 32 } as const;
  chart.setOption({
    backgroundColor: "#fff",
    animation: false,
    title: {
      text: title,
      subtext: "each point is a question; above the line, reranking helped",
      left: "center",
    },
    grid: { left: 60, right: 30, top: 80, bottom: 60 },
    xAxis: { ...share, name: "nDCG@10 without reranking" },
    yAxis: { ...share, name: "nDCG@10 with reranking" },
    series: {
      type: "scatter",
      symbolSize: 9,
      itemStyle: { color: "#2563eb", opacity: 0.45 },
      data: outcomes.map(({ before, after }) => [before.ndcg, after.ndcg]),
      markLine: {
        silent: true,
        symbol: "none",
        lineStyle: { color: "#6b7280", type: "dashed" },
        data: [[{ coord: [0, 0] }, { coord: [1, 1] }]],
      },
    },
  });
  const svg = chart.renderToSVGString();
  // A chart that is not disposed of keeps Node alive.
  chart.dispose();
  return svg;
}
