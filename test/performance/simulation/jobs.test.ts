import { describe, expect, it } from "vitest";
import { runSeries } from "./jobs/series.js";

/** Jobs in `npm test`. CI runs more jobs with other seeds. `npm run simulate -- --jobs 100000` runs any number. */
const JOBS = 600;
const PARTS = 2;

const TIMEOUT_MS = 60_000;

describe("jobs with any texts, options, limits, faults, aborts and caches", () => {
  it.each(Array.from({ length: PARTS }, (_, part) => 1 + (part * JOBS) / PARTS))(
    "returns correct vectors or one error, and leaves no request or timer behind (from seed %i)",
    async (seed) => {
      const { failures, endings } = await runSeries(JOBS / PARTS, seed);
      expect(failures).toEqual([]);
      // If no call or every call succeeded, the test would prove little.
      for (const ending of ["done", "failed", "given up"]) expect(endings[ending]).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );
});
