/** The emulator behind a port, in a process of its own, with vectors that cost it next to nothing. */

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

// Asked for a server by name, it says how many requests that one had, and forgets them.
process.on("message", (name: keyof typeof emulators) => {
  const { requests } = emulators[name].totals;
  emulators[name].clear();
  process.send?.(requests);
});
process.once("disconnect", () => process.exit());
process.send?.({ serve: servers.serve.url, ignore: servers.ignore.url });
