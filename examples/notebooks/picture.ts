import { init, type EChartsOption } from "echarts";
import * as tslab from "tslab";

/**
 * Draws a chart as the output of the cell. Its background is white, so that it is readable on dark pages.
 *
 * @throws Error if the chart has no title, an axis without a name, or several series without a legend.
 */
export function picture(option: EChartsOption, width = 720, height = 420): void {
  checkNames(option);
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  const titles = list(option.title).map((title) => ({
    left: "center",
    top: 8,
    textStyle: { fontSize: 16 },
    ...title,
  }));
  const legend = option.legend && { bottom: 6, itemGap: 28, itemWidth: 46, ...option.legend };
  chart.setOption({ backgroundColor: "#fff", animation: false, ...option, title: titles, legend });
  tslab.display.raw("image/svg+xml", chart.renderToSVGString());
  // A chart that is not disposed of keeps Node alive.
  chart.dispose();
}

function checkNames({ title, xAxis, yAxis, series, legend }: EChartsOption): void {
  const missing: string[] = [];
  if (!list(title).some(({ text }) => text)) missing.push("a title");
  if ([...list(xAxis), ...list(yAxis)].some(({ name }) => !name)) missing.push("a name for each axis");
  if (list(series).length > 1 && !legend) missing.push("a legend");
  if (missing.length > 0) throw new Error(`Cannot draw the chart: it needs ${missing.join(" and ")}`);
}

function list<Item>(value: Item | Item[] | undefined): Item[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
