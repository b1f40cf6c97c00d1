import { describe, expect, it } from "vitest";
import { runSeries } from "./jobs/series.js";

/** Jobs in `npm test`; `npm run simulate -- --jobs 100000` runs as many as there is time for. */
const JOBS = 2000;
const PARTS = 4;

/** For all of them together it takes about fifteen seconds of a processor, which others may want as well. */
const TIMEOUT_MS = 60_000;

describe("jobs with any texts, options, limits, faults, aborts and caches", () => {
  it.each(Array.from({ length: PARTS }, (_, part) => 1 + (part * JOBS) / PARTS))(
    "returns correct vectors or one error, and leaves no request or timer behind (from seed %i)",
    async (seed) => {
      const { failures, endings } = await runSeries(JOBS / PARTS, seed);
      expect(failures).toEqual([]);
      // A simulation in which nothing succeeds, or nothing fails, proves little.
      for (const ending of ["done", "failed", "given up"]) expect(endings[ending]).toBeGreaterThan(50);
    },
    TIMEOUT_MS,
  );
});
