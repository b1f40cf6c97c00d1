/** Many short texts in batches of the default size, with a limit on tokens. */

import type { Scenario } from "../scenarios.js";

const RTT = 120;
const TEXTS = 10_000;
const CHARACTERS = 200;
const TOKENS_PER_SECOND = 120_000;
const BURST = 40_000;
/** The default `batchSize`. */
const BATCH = 128;
/** The emulator counts one token per four characters. */
const TOKENS = (TEXTS * CHARACTERS) / 4;

export function tokens(): Scenario[] {
  return (["rounded", "exact", "none"] as const).map((reset) => ({
    name: `${TEXTS} texts of ${CHARACTERS} characters at ${TOKENS_PER_SECOND} tokens/s, reset ${reset}`,
    options: () => ({
      limits: { tokensPerSecond: TOKENS_PER_SECOND, windowSeconds: BURST / TOKENS_PER_SECOND, reset },
    }),
    rtt: RTT,
    requests: Math.ceil(TEXTS / BATCH),
    texts: () => Array.from({ length: TEXTS }, (_, index) => `text ${index} `.padEnd(CHARACTERS, "word ")),
    client: {},
    idealMs: ((TOKENS - BURST) / TOKENS_PER_SECOND) * 1000 + RTT,
    goals: { failed: 0, timeOverIdeal: 1.25 },
  }));
}
