/** The emulator as a server in a separate process, with vectors that take it almost no time. */

import { createEmulator } from "../../../../src/emulator/index.js";
import { DIMENSIONS, MODEL, vectorOf } from "./vectors.js";

const options = {
  models: { [MODEL]: { type: "embedding", dimensions: DIMENSIONS } },
  embed: (texts: readonly string[]) => texts.map(vectorOf),
  latency: 50,
  keepBodies: false,
} as const;
const emulators = {
  serve: createEmulator({ ...options, base64: "serve" }),
  ignore: createEmulator({ ...options, base64: "ignore" }),
};
const servers = { serve: await emulators.serve.listen(), ignore: await emulators.ignore.listen() };

// A message names an emulator. The process responds with its number of requests, and resets it.
process.on("message", (name: keyof typeof emulators) => {
  const { requests } = emulators[name].totals;
  emulators[name].clear();
  process.send?.(requests);
});
process.once("disconnect", () => process.exit());
process.send?.({ serve: servers.serve.url, ignore: servers.ignore.url });
