/** Measures the cost of a listener: the same work without one, with one, and with OpenTelemetry, in turns. */

import { Embedder, type TogetherEvent } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
import { record } from "./sdk.js";

const ROUNDS = 40;
const texts = Array.from({ length: 20_000 }, (_, at) => `text number ${at}`);
// The server does almost nothing, so that the result is the client's own work.
const vector = Array.from({ length: 256 }, (_, at) => at / 256);
const { fetch } = createEmulator({
  embed: (list) => list.map(() => vector),
  keepRequests: 1,
  keepBodies: false,
});
const { telemetry, stop } = record();

type Listener = (event: TogetherEvent) => void;
const listeners: Readonly<Record<string, Listener | undefined>> = {
  "no listener": undefined,
  // The difference between two equal runs. Smaller differences are noise.
  "no listener, second run": undefined,
  "a listener that counts": (() => {
    const counts = new Map<string, number>();
    return ({ type }: TogetherEvent): void => void counts.set(type, (counts.get(type) ?? 0) + 1);
  })(),
  "OpenTelemetry's spans and metrics": telemetry.onEvent,
};

/** Returns the CPU time in milliseconds, which does not depend on other processes. */
function cpuTimeMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures the time of one round, and the listener's part of it. */
async function round(listener: Listener | undefined): Promise<{ all: number; listening: number }> {
  let listening = 0;
  const timed: Listener = (event) => {
    const before = cpuTimeMs();
    listener?.(event);
    listening += cpuTimeMs() - before;
  };
  const onEvent = listener && timed;
  const embedder = new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch, onEvent });
  const before = cpuTimeMs();
  await embedder.embed(texts);
  return { all: cpuTimeMs() - before, listening };
}

const rounds = new Map(
  Object.keys(listeners).map((name) => [name, [] as { all: number; listening: number }[]]),
);
for (let number = 0; number <= ROUNDS; number++) {
  // The order changes in each round, because the first run warms up the process for the others.
  const turns = Object.entries(listeners);
  for (const [name, listener] of [...turns.slice(number % 4), ...turns.slice(0, number % 4)]) {
    const measured = await round(listener);
    if (number > 0) rounds.get(name)?.push(measured);
  }
}
await stop();

const middle = (numbers: number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
const without = rounds.get("no listener") ?? [];
for (const [name, measured] of rounds) {
  const rate = Math.round((texts.length / middle(measured.map(({ all }) => all))) * 1000);
  // Compared within each round, because the load of the machine changes between rounds.
  const change = middle(measured.map(({ all }, at) => ((without[at]?.all ?? NaN) / all - 1) * 100));
  const share = middle(measured.map(({ all, listening }) => (listening / all) * 100));
  const figures = `${change.toFixed(1)} %; ${share.toFixed(2)} % of it in the listener`;
  console.log(`${name.padEnd(34)} ${rate} texts per second of CPU time  ${figures}`);
}
