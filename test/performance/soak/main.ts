/**
 * `npm run soak`: runs half an hour of traffic in virtual time, then ten minutes of real traffic. Fails if memory
 * grows, if the estimated rate drifts, or if Node prints a warning. `npm run soak -- --virtual 1 --real 1` takes two
 * minutes.
 */

import { parseArgs } from "node:util";
import { Memory } from "./memory.js";
import { realTraffic } from "./real.js";
import { virtualDays } from "./virtual.js";

const { values } = parseArgs({
  options: {
    virtual: { type: "string", default: "30" },
    real: { type: "string", default: "10" },
  },
});

const problems: string[] = [];
process.on("warning", ({ name, message }) => void problems.push(`${name}: ${message}`));
process.on("unhandledRejection", (reason) => void problems.push(`unhandled: ${String(reason)}`));

for (const [name, run, minutes] of [
  ["virtual days", virtualDays, values.virtual],
  ["real traffic", realTraffic, values.real],
] as const) {
  if (Number(minutes) === 0) continue;
  const memory = new Memory();
  const result = await run(Number(minutes), memory);
  console.log(name, { ...result.report, ...memory.report() });
  problems.push(...result.problems, ...memory.problems());
}
for (const problem of problems) console.log(problem);
console.log(problems.length === 0 ? "no problems" : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
