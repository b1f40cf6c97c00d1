/** What listening costs: the same work without a listener, with one, and with OpenTelemetry, in turns. */

import { Embedder, type TogetherEvent } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
import { record } from "./sdk.js";

const ROUNDS = 40;
const texts = Array.from({ length: 20_000 }, (_, at) => `text number ${at}`);
// A server that does next to nothing, so that the client's own work is what is measured.
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
  // How far apart two are that are the same: what is less than that is noise.
  "no listener, once more": undefined,
  "a listener that counts": (() => {
    const counts = new Map<string, number>();
    return ({ type }: TogetherEvent): void => void counts.set(type, (counts.get(type) ?? 0) + 1);
  })(),
  "OpenTelemetry's spans and metrics": telemetry.onEvent,
};

/** Milliseconds of the processor, because whatever else runs on this machine is not to be measured. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What one round takes, and how much of it the listener. */
async function round(listener: Listener | undefined): Promise<{ all: number; listening: number }> {
  let listening = 0;
  const timed: Listener = (event) => {
    const before = spent();
    listener?.(event);
    listening += spent() - before;
  };
  const onEvent = listener && timed;
  const embedder = new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch, onEvent });
  const before = spent();
  await embedder.embed(texts);
  return { all: spent() - before, listening };
}

const rounds = new Map(
  Object.keys(listeners).map((name) => [name, [] as { all: number; listening: number }[]]),
);
for (let number = 0; number <= ROUNDS; number++) {
  // Who goes first changes, because the first pays for what the others find warm.
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
  // Round by round, because a busy machine is as busy for its neighbour.
  const change = middle(measured.map(({ all }, at) => ((without[at]?.all ?? NaN) / all - 1) * 100));
  const share = middle(measured.map(({ all, listening }) => (listening / all) * 100));
  const figures = `${change.toFixed(1)} %; ${share.toFixed(2)} % of it in the listener`;
  console.log(`${name.padEnd(34)} ${rate} texts a second of processor time  ${figures}`);
}
