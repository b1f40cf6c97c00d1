import { limitCode } from "./code.js";
import { codeBlock } from "./code-block.js";
import { peakOf } from "./counts.js";
import { element } from "./element.js";
import type { BreakerState, LogLine } from "./event-log.js";
import { DonePlot, RatePlot } from "./plot.js";
import { OUTAGE, race, REQUESTS, type Outcome, type Progress, type Settings } from "./race.js";

const form = element("limits", HTMLFormElement);
const rate = element("rate", HTMLInputElement);
const faulty = element("faulty", HTMLInputElement);
const outage = element("outage", HTMLInputElement);
const status = element("limit-status", HTMLParagraphElement);
const breaker = element("breaker", HTMLElement);
const log = element("log", HTMLOListElement);
const showCode = codeBlock("limit-code");
const plots = {
  done: new DonePlot(element("plot-done", HTMLDivElement)),
  ours: new RatePlot(element("plot-ours", HTMLDivElement)),
  plain: new RatePlot(element("plot-plain", HTMLDivElement)),
};

let latest: readonly [Progress, Settings] | undefined;
let shownWords = "";
let controller = new AbortController();

/** Runs both clients once, and again when a setting changes. */
export function startLimits(): void {
  for (const input of [rate, faulty]) input.addEventListener("input", showSettings);
  for (const input of [rate, faulty, outage]) input.addEventListener("change", () => void compare());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void compare();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of Object.values(plots)) plot.recolor();
    if (latest) show(...latest);
  });
  showSettings();
  void compare();
}

function showSettings(): void {
  element("rate-value", HTMLOutputElement).value = rate.value;
  element("faulty-value", HTMLOutputElement).value = `${faulty.value} %`;
}

/** Runs both clients. A run that is not finished is aborted. */
async function compare(): Promise<void> {
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  const settings: Settings = {
    requestsPerSecond: Number(rate.value),
    faulty: Number(faulty.value) / 100,
    outage: outage.checked,
  };
  showCode(limitCode(settings));
  status.textContent = `Both clients send ${REQUESTS} requests.`;
  let last: Progress | undefined;
  try {
    await race(settings, signal, (progress) => {
      last = progress;
      show(progress, settings);
    });
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  if (last && !signal.aborted) status.textContent = verdict(last);
}

function show(progress: Progress, settings: Settings): void {
  latest = [progress, settings];
  const { ours, plain } = progress;
  const until = Math.max(1, Math.ceil(Math.max(ours.seconds, plain.seconds)));
  const seconds: [number, number] = [OUTAGE.from / 1000, OUTAGE.to / 1000];
  const frame = { until, outage: settings.outage ? seconds : undefined };
  plots.done.show(ours, plain, REQUESTS, frame);
  plots.ours.show(ours, settings.requestsPerSecond, frame);
  plots.plain.show(plain, settings.requestsPerSecond, frame);
  element("summary-ours", HTMLParagraphElement).textContent = summary(ours, until);
  element("summary-plain", HTMLParagraphElement).textContent = summary(plain, until);
  for (const key of document.querySelectorAll<HTMLElement>("[data-key=outage]"))
    key.hidden = !settings.outage;
  showLog(progress.log, progress.breaker);
}

function showLog(lines: readonly LogLine[], state: BreakerState): void {
  // A screen reader reads a status when it is set. It is set only if it has changed.
  if (breaker.textContent !== state) breaker.textContent = state;
  breaker.dataset["state"] = state;
  const words = lines.map(({ text }) => text).join();
  if (words !== "" && words === shownWords) return;
  shownWords = words;
  log.replaceChildren(...(lines.length > 0 ? lines.map(rowOf) : [waiting()]));
  log.scrollTop = log.scrollHeight;
}

function waiting(): HTMLElement {
  const item = document.createElement("li");
  item.textContent = "No event about a rate limit or an outage yet.";
  return item;
}

function rowOf({ at, type, text, breaker: state }: LogLine): HTMLElement {
  const item = document.createElement("li");
  item.dataset["state"] = state;
  const time = document.createElement("time");
  time.textContent = `${at.toFixed(1)} s`;
  const name = document.createElement("code");
  name.textContent = type;
  item.append(time, name, `: ${text}`);
  return item;
}

function summary(outcome: Outcome, until: number): string {
  const { sent, seconds } = outcome;
  const count = (wanted: number): number => countOf(sent, wanted);
  return (
    `${count(200)} of ${REQUESTS} succeeded in ${seconds.toFixed(1)} s. ${sent.length} requests: ` +
    `${count(429)} rejected (429), ${count(503)} failed (503). Peak: ${peakOf(outcome, until)} per second.`
  );
}

function verdict({ ours, plain }: Progress): string {
  return (
    `together-retrieval finished after ${ours.seconds.toFixed(1)} s with ${countOf(ours.sent, 429)} rejected requests, ` +
    `the plain client after ${plain.seconds.toFixed(1)} s with ${countOf(plain.sent, 429)}.`
  );
}

function countOf(sent: Outcome["sent"], wanted: number): number {
  return sent.filter((request) => request.status === wanted).length;
}
