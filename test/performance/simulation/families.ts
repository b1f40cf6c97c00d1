/** All scenarios, in families. */

import { capacity } from "./families/capacity.js";
import { coldStarts } from "./families/cold-start.js";
import { collapses } from "./families/collapses.js";
import { outages } from "./families/outages.js";
import { queries } from "./families/queries.js";
import { research } from "./families/research.js";
import { resets } from "./families/resets.js";
import { saturation } from "./families/saturation.js";
import { tokens } from "./families/tokens.js";
import type { Task } from "./pool.js";
import { scenarios, type Scenario } from "./scenarios.js";

/** The family to which `--requests` and `--rtt` apply. */
export const LIMITS = "limits";

/** The other families set their own jobs and round trips. */
const OTHERS: Readonly<Record<string, () => Scenario[]>> = {
  outages,
  saturation,
  capacity,
  "cold-start": coldStarts,
  collapses,
  resets,
  tokens,
  queries,
  research,
};

export const familyNames: readonly string[] = [LIMITS, ...Object.keys(OTHERS)];

/** The position of a scenario in its family. */
export type ScenarioId = Omit<Task, "seed" | "seeds">;

/**
 * Lists the scenarios of a family.
 *
 * @param jobs - Requests of each job of {@link LIMITS}.
 * @param rtts - Round trips of {@link LIMITS}.
 */
export function scenariosOf(family: string, jobs: readonly number[], rtts: readonly number[]): ScenarioId[] {
  if (family === LIMITS) {
    return jobs.flatMap((requests) =>
      rtts.flatMap((rtt) => scenarios(requests, rtt).map((_, place) => ({ family, requests, rtt, place }))),
    );
  }
  const list = OTHERS[family];
  if (!list)
    throw new Error(`Cannot simulate: there is no family "${family}"; use ${familyNames.join(", ")}`);
  return list().map(({ requests, rtt }, place) => ({ family, requests, rtt, place }));
}

export function scenarioOf({ family, requests, rtt, place }: ScenarioId): Scenario {
  return (family === LIMITS ? scenarios(requests, rtt) : OTHERS[family]?.())?.[place] as Scenario;
}

export function titleOf({ name, processes = 1 }: Scenario): string {
  return processes > 1 ? `${processes} x ${name}` : name;
}
