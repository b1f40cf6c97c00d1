import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { countsOf, doneOf, peakOf } from "./counts.js";
import type { Outcome } from "./race.js";

const HEIGHT = 240;

/** The axis and the outage, which are the same in all plots of a run. */
export interface Frame {
  /** Seconds that the horizontal axis shows. */
  readonly until: number;
  /** Seconds of an outage, if there is one. */
  readonly outage: readonly [from: number, to: number] | undefined;
}

type Color = (name: string) => string;

/** A plot that follows the width of its element and the colors of the page. */
class Plot {
  readonly #element: HTMLElement;
  readonly #title: string;
  readonly #seriesOf: (color: Color) => uPlot.Series[];
  #plot: uPlot | undefined;
  #outage: Frame["outage"];

  constructor(element: HTMLElement, title: string, seriesOf: (color: Color) => uPlot.Series[]) {
    this.#element = element;
    this.#title = title;
    this.#seriesOf = seriesOf;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(element);
  }

  draw(data: uPlot.AlignedData, { until, outage }: Frame, highest: number): void {
    this.#outage = outage;
    this.#plot ??= new uPlot(this.#options(), data, this.#element);
    const plot = this.#plot;
    plot.batch(() => {
      plot.setData(data, false);
      plot.setScale("x", { min: 0, max: until });
      plot.setScale("y", { min: 0, max: highest * 1.08 });
    });
  }

  /** Deletes the plot. The next `draw` creates it with the page's current colors. */
  recolor(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #size(): { width: number; height: number } {
    return { width: this.#element.clientWidth, height: HEIGHT };
  }

  #options(): uPlot.Options {
    const color: Color = (name) => getComputedStyle(this.#element).getPropertyValue(name).trim();
    const lines = { stroke: color("--line"), width: 1 };
    const axis = { stroke: color("--text"), grid: lines, ticks: lines };
    return {
      ...this.#size(),
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { ...axis, label: "time (seconds)", size: 30, labelSize: 22, labelGap: 0 },
        { ...axis, label: this.#title, size: 56 },
      ],
      series: [{ label: "time (seconds)" }, ...this.#seriesOf(color)],
      hooks: { drawClear: [(plot) => this.#shade(plot, color("--outage"))] },
      legend: { show: false },
      cursor: { show: false },
    };
  }

  #shade(plot: uPlot, color: string): void {
    if (!this.#outage) return;
    const [left, right] = this.#outage.map((at) =>
      plot.valToPos(Math.min(at, plot.scales["x"]?.max ?? at), "x", true),
    );
    plot.ctx.fillStyle = color;
    plot.ctx.fillRect(left ?? 0, plot.bbox.top, (right ?? 0) - (left ?? 0), plot.bbox.height);
  }
}

const noPoints = { points: { show: false } };

/** Bars of requests per second: all, with the successful ones in front. The rate limit is a line. */
export class RatePlot {
  readonly #plot: Plot;

  constructor(element: HTMLElement) {
    const bars = uPlot.paths.bars?.({ size: [0.9, Infinity], align: 1 });
    const series = (color: string): uPlot.Series => ({
      stroke: color,
      fill: color,
      width: 0,
      ...(bars && { paths: bars }),
      ...noPoints,
    });
    this.#plot = new Plot(element, "requests per second", (color) => [
      series(color("--rejected")),
      series(color("--ours")),
      { stroke: color("--text"), width: 1.5, dash: [5, 4], ...noPoints },
    ]);
  }

  /** Draws one client. The vertical axis ends at its highest bar or at the limit. */
  show(outcome: Outcome, limit: number, frame: Frame): void {
    const [times, all, succeeded] = countsOf(outcome, frame.until);
    const highest = Math.max(limit, peakOf(outcome, frame.until));
    this.#plot.draw([times, all, succeeded, times.map(() => limit)], frame, highest);
  }

  recolor(): void {
    this.#plot.recolor();
  }
}

/** A line per client: the number of successful requests over time. */
export class DonePlot {
  readonly #plot: Plot;

  constructor(element: HTMLElement) {
    this.#plot = new Plot(element, "texts with a vector", (color) => [
      { stroke: color("--ours"), width: 3, ...noPoints },
      { stroke: color("--plain"), width: 3, dash: [8, 5], ...noPoints },
    ]);
  }

  show(ours: Outcome, plain: Outcome, texts: number, frame: Frame): void {
    const [times, ourLine] = doneOf(ours, frame.until);
    this.#plot.draw([times, ourLine, doneOf(plain, frame.until)[1]], frame, texts);
  }

  recolor(): void {
    this.#plot.recolor();
  }
}
