/** A worker process, which may die at any time. `Workforce` starts it with its settings as JSON. */

import { Ingest } from "./ingest.js";
import { openQueue, openWorker } from "./queue.js";
import type { Settings } from "./settings.js";
import { PassageTable } from "./table.js";

const settings = JSON.parse(process.argv[2] as string) as Settings;
const table = new PassageTable(settings.databaseURL, settings.table);
const queue = await openQueue(settings);

// After a 429 to any worker, no worker on any machine starts a new job until the delay is over.
const ingest = new Ingest(settings, table, (delayMs) => {
  queue.rateLimit(Math.max(1, Math.ceil(delayMs))).catch(() => undefined);
});
const worker = openWorker(settings, (job) => ingest.run(job.data));

const reportMemory = (): void => void process.send?.({ residentBytes: process.memoryUsage.rss() });
worker.on("ready", reportMemory);
worker.on("completed", reportMemory);

let ending = false;

async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await worker.close();
  await Promise.all([queue.close(), table.close()]);
  process.disconnect?.();
}
process.once("SIGTERM", () => void end());
// Ctrl-C reaches every process of the terminal. The main process decides when the workers end.
process.on("SIGINT", () => undefined);
process.once("disconnect", () => void end());
