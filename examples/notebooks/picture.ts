import { init, type EChartsOption } from "echarts";
import * as tslab from "tslab";

/** Draws a chart where the cell's output goes. On white, whatever the viewer's background is. */
export function picture(option: EChartsOption, width = 720, height = 420): void {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  const title = { left: "center", top: 8, textStyle: { fontSize: 16 }, ...option.title };
  chart.setOption({ backgroundColor: "#fff", animation: false, ...option, title });
  tslab.display.raw("image/svg+xml", chart.renderToSVGString());
  // A chart that is not disposed of keeps Node alive.
  chart.dispose();
}
