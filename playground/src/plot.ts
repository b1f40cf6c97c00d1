import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { countsOf, doneOf } from "./counts.js";
import type { Outcome } from "./race.js";

const HEIGHT = 260;

/** What plots share when they are compared. */
export interface Axes {
  /** Seconds. */
  readonly until: number;
  readonly most: number;
}

type Colour = (name: string) => string;

/** A plot that follows the width of its element and the colours of the page. */
class Plot {
  readonly #element: HTMLElement;
  readonly #title: string;
  readonly #seriesOf: (colour: Colour) => uPlot.Series[];
  #plot: uPlot | undefined;

  constructor(element: HTMLElement, title: string, seriesOf: (colour: Colour) => uPlot.Series[]) {
    this.#element = element;
    this.#title = title;
    this.#seriesOf = seriesOf;
    new ResizeObserver(() => this.#plot?.setSize(this.#size())).observe(element);
  }

  draw(data: uPlot.AlignedData, { until, most }: Axes): void {
    this.#plot ??= new uPlot(this.#options(), data, this.#element);
    const plot = this.#plot;
    plot.batch(() => {
      plot.setData(data, false);
      plot.setScale("x", { min: 0, max: until });
      plot.setScale("y", { min: 0, max: most });
    });
  }

  /** The next drawing takes the colours of the other scheme. */
  recolour(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #size(): { width: number; height: number } {
    return { width: this.#element.clientWidth, height: HEIGHT };
  }

  #options(): uPlot.Options {
    const colour: Colour = (name) => getComputedStyle(this.#element).getPropertyValue(name).trim();
    const lines = { stroke: colour("--line"), width: 1 };
    const axis = { stroke: colour("--text"), grid: lines, ticks: lines };
    return {
      ...this.#size(),
      scales: { x: { time: false, auto: false }, y: { auto: false } },
      axes: [
        { ...axis, label: "seconds" },
        { ...axis, label: this.#title, size: 60 },
      ],
      series: [{ label: "seconds" }, ...this.#seriesOf(colour)],
      legend: { live: false },
      cursor: { show: false },
    };
  }
}

/** Requests a second over time, the refused ones in red in front of all that were sent, and what the server admits. */
export class RatePlot {
  readonly #plot: Plot;

  constructor(element: HTMLElement) {
    const bars = uPlot.paths.bars?.({ size: [1, Infinity], align: 1 });
    const series = (label: string, colour: string): uPlot.Series => ({
      label,
      stroke: colour,
      fill: colour,
      width: 0,
      ...(bars && { paths: bars }),
      points: { show: false },
    });
    this.#plot = new Plot(element, "requests a second", (colour) => [
      series("sent", colour("--sent")),
      series("of these refused", colour("--refused")),
      { label: "admitted", stroke: colour("--text"), width: 1.5, dash: [5, 4], points: { show: false } },
    ]);
  }

  show(outcome: Outcome, admitted: number, axes: Axes): void {
    const [times, all, refused] = countsOf(outcome, axes.until);
    this.#plot.draw([times, all, refused, times.map(() => admitted)], axes);
  }

  recolour(): void {
    this.#plot.recolour();
  }
}

/** How many requests were answered well until when: a line for each client. */
export class DonePlot {
  readonly #plot: Plot;

  constructor(element: HTMLElement) {
    this.#plot = new Plot(element, "requests done", (colour) => [
      { label: "this package", stroke: colour("--sent"), width: 3, points: { show: false } },
      { label: "all at once", stroke: colour("--greedy"), width: 3, dash: [8, 5], points: { show: false } },
    ]);
  }

  show(ours: Outcome, greedy: Outcome, axes: Axes): void {
    const [times, ourLine] = doneOf(ours, axes.until);
    this.#plot.draw([times, ourLine, doneOf(greedy, axes.until)[1]], axes);
  }

  recolour(): void {
    this.#plot.recolour();
  }
}
