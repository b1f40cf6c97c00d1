/** `npm run fuzz -- --bodies 1000000 --seed 1`: reads corrupt responses. Fails if a result is wrong. */

import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.js";

const { values } = parseArgs({
  options: {
    bodies: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
  },
});

const startedAt = performance.now();
const { failures, ...report } = fuzz(Number(values.bodies), Number(values.seed));
console.log({ ...report, seconds: Math.round((performance.now() - startedAt) / 1000) });
for (const failure of failures.slice(0, 20)) console.log(failure);
console.log(failures.length === 0 ? "no failures" : `${failures.length} wrong results`);
process.exitCode = failures.length === 0 ? 0 : 1;
