/** What a reader of the results has to know: when, where, with what. */

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The beginning of RESULTS.md. */
export function preamble(): string {
  const { dependencies } = JSON.parse(
    readFileSync(new URL("package.json", import.meta.url), "utf8"),
  ) as Manifest;
  const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  const [processor] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `# Benchmark results

${new Date().toISOString().slice(0, 10)}, by \`npm run bench -- ${process.argv.slice(2).join(" ")}\`, on ${cpus().length} cores (${processor?.model}) with ${memory} GB, Node ${process.versions.node}, client and server sharing the machine.

${versions.join(" · ")}

Each row is the median of its runs, with the least and the most in brackets; each run is a process of its own, and the clients take turns. Ratios are medians of the ratios within each turn. A client that is slow, or fails, runs once. CPU is the client's, of all its threads; peak is how much its memory grew beyond what it had after a warm-up.`;
}
