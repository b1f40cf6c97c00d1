import { element } from "./element.js";
import { peakOf } from "./counts.js";
import { DonePlot, RatePlot } from "./plot.js";
import { race, REQUESTS, type Outcome, type OutageReport, type Race } from "./race.js";

const form = element("limits", HTMLFormElement);
const rate = element("rate", HTMLInputElement);
const faulty = element("faulty", HTMLInputElement);
const status = element("limit-status", HTMLParagraphElement);
const outageButton = element("outage", HTMLButtonElement);
const outageStatus = element("outage-status", HTMLParagraphElement);
const plots = {
  done: new DonePlot(element("plot-done", HTMLDivElement)),
  ours: new RatePlot(element("plot-ours", HTMLDivElement)),
  greedy: new RatePlot(element("plot-greedy", HTMLDivElement)),
};

let current: Race | undefined;
let latest: readonly [ours: Outcome, greedy: Outcome, admitted: number] | undefined;

/** Runs both clients when asked to, and shows each on its own plot, on the same axes. */
export function startLimits(): void {
  for (const input of [rate, faulty]) input.addEventListener("input", showSettings);
  showSettings();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void compare();
  });
  outageButton.addEventListener("click", () => current?.startOutage());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of Object.values(plots)) plot.recolour();
    if (latest) show(...latest);
  });
}

function showSettings(): void {
  element("rate-value", HTMLOutputElement).value = rate.value;
  element("faulty-value", HTMLOutputElement).value = `${faulty.value} %`;
}

async function compare(): Promise<void> {
  const button = form.querySelector("button");
  if (button) button.disabled = true;
  outageButton.disabled = false;
  status.textContent = "Both clients send requests. Start an outage while they do.";
  try {
    const settings = { requestsPerSecond: Number(rate.value), faulty: Number(faulty.value) / 100 };
    const showBoth = (...both: [Outcome, Outcome]): void => show(...both, settings.requestsPerSecond);
    current = race(settings, showBoth);
    const [ours, greedy] = await current.done;
    status.textContent = verdict(ours, greedy);
  } finally {
    current = undefined;
    outageButton.disabled = true;
    if (button) button.disabled = false;
  }
}

/** @param admitted - Requests a second that the server took. */
function show(ours: Outcome, greedy: Outcome, admitted: number): void {
  latest = [ours, greedy, admitted];
  const until = Math.max(1, Math.ceil(Math.max(ours.seconds, greedy.seconds)));
  const most = Math.ceil(Math.max(peakOf(ours, until), peakOf(greedy, until), 1) * 1.05);
  plots.done.show(ours, greedy, { until, most: REQUESTS * 1.05 });
  plots.ours.show(ours, admitted, { until, most });
  plots.greedy.show(greedy, admitted, { until, most });
  const reports = ours.outages.map(sentence).join(" ");
  // A status is read aloud when it is set: only if it has changed.
  if (outageStatus.textContent !== reports) outageStatus.textContent = reports;
  element("summary-ours", HTMLParagraphElement).textContent = summary(ours);
  element("summary-greedy", HTMLParagraphElement).textContent = summary(greedy);
}

function summary({ sent, seconds }: Outcome): string {
  const count = (wanted: number): number => countOf(sent, wanted);
  return `${count(200)} of ${REQUESTS} done, ${sent.length} sent, ${count(429)} refused, ${count(503)} failed, ${seconds.toFixed(1)} s`;
}

function sentence({ phase, at, duration }: OutageReport): string {
  const time = `After ${at.toFixed(1)} s this package reports`;
  return phase === "begin"
    ? `${time} an outage: one request at a time probes.`
    : `${time} that it is over, after ${duration.toFixed(1)} s.`;
}

function verdict(ours: Outcome, greedy: Outcome): string {
  return (
    `This package was done after ${ours.seconds.toFixed(1)} s with ${countOf(ours.sent, 429)} refusals; ` +
    `all at once took ${greedy.seconds.toFixed(1)} s with ${countOf(greedy.sent, 429)}.`
  );
}

function countOf(sent: Outcome["sent"], wanted: number): number {
  return sent.filter((request) => request.status === wanted).length;
}
