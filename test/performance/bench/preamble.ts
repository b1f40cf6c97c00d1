/** The date, machine and versions of the results. */

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** Returns the beginning of RESULTS.md. */
export function preamble(): string {
  const { dependencies } = JSON.parse(
    readFileSync(new URL("package.json", import.meta.url), "utf8"),
  ) as Manifest;
  const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `# Benchmark results

${new Date().toISOString().slice(0, 10)}, by \`npm run bench -- ${process.argv.slice(2).join(" ")}\`, on ${cpus().length} cores (${processor?.model}) with ${memory} GB, Node ${process.versions.node}. Client and server share the machine.

${versions.join(" · ")}

Each row is the median of its runs, with the lowest and the highest value in brackets. Each run has a separate process, and the clients take turns. Ratios are medians of the ratios within each round. A client that is slow, or fails, runs once. "CPU" is the time of all threads of the client. "peak" is the growth of its memory after a warm-up.`;
}
