/** What listening costs: the same work without a listener, with one, and with OpenTelemetry, in turns. */

import { Embedder, type TogetherEvent } from "together-retrieval";
import { createEmulator } from "together-retrieval/emulator";
import { record } from "./sdk.js";

const ROUNDS = 60;
const texts = Array.from({ length: 20_000 }, (_, at) => `text number ${at}`);
// A server that does next to nothing, so that the client's own work is what is measured.
const vector = Array.from({ length: 256 }, (_, at) => at / 256);
const { fetch } = createEmulator({
  embed: (list) => list.map(() => vector),
  keepRequests: 1,
  keepBodies: false,
});
const { telemetry, stop } = record();

const listeners: Readonly<Record<string, ((event: TogetherEvent) => void) | undefined>> = {
  "no listener": undefined,
  "a listener that counts": (() => {
    const counts = new Map<string, number>();
    return ({ type }: TogetherEvent): void => void counts.set(type, (counts.get(type) ?? 0) + 1);
  })(),
  "OpenTelemetry's spans and metrics": telemetry.onEvent,
};

const seconds = new Map<string, number[]>();
for (let round = 0; round <= ROUNDS; round++) {
  // Who goes first changes, because the first pays for what the others find warm.
  const turns = Object.entries(listeners);
  for (const [name, onEvent] of [...turns.slice(round % 3), ...turns.slice(0, round % 3)]) {
    const embedder = new Embedder({ model: "thenlper/gte-large", apiKey: "any", fetch, onEvent });
    // The time of the processor, because whatever else runs on this machine is not to be measured.
    const before = process.cpuUsage();
    await embedder.embed(texts);
    const { user, system } = process.cpuUsage(before);
    if (round > 0) seconds.set(name, [...(seconds.get(name) ?? []), (user + system) / 1e6]);
  }
}
await stop();

// The best of the rounds: whatever else happens on a machine only ever adds.
const best = (name: string): number => Math.min(...(seconds.get(name) ?? []));
for (const name of Object.keys(listeners)) {
  const change = ((best("no listener") / best(name) - 1) * 100).toFixed(1);
  const rate = Math.round(texts.length / best(name));
  console.log(`${name.padEnd(34)} ${rate} texts a second of processor time  ${change} %`);
}
