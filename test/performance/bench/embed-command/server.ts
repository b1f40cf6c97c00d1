/**
 * `server.ts <vectors> <workers> <latency>`: runs the emulator in a separate process. It sends its address, and
 * responds to each message with the number of texts that it has embedded.
 */

import { createEmulator } from "../../../../src/emulator/index.js";
import { hashOf, headOf, tailOf, tails } from "../vectors.js";

const [vectors, workers, latency] = process.argv.slice(2);
const emulator = createEmulator({
  workers: Number(workers),
  latency: Number(latency),
  keepRequests: 0,
  keepBodies: false,
  ...(vectors === "prepared" && { embed: (texts) => texts.map(vectorOf) }),
});

/** Returns a vector from prepared arrays. */
function vectorOf(text: string): number[] {
  const hash = hashOf(text);
  return [...headOf(hash), ...(tails[tailOf(hash)] as readonly number[])];
}

const server = await emulator.listen({ port: 0 });
process.send?.(server.url);
process.on("message", () => {
  process.send?.(emulator.totals.texts);
});
process.once("disconnect", () => process.exit());
