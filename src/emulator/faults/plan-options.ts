/** The options that plan faults: which requests fail, and when the whole server fails. */

import { functionOr, listOf, object } from "../../core/options/nested-options.js";
import type { Option, OptionError } from "../../core/options/option-types.js";
import { aboveZero, atLeast } from "../option-kinds.js";
import type { ColdStart } from "./cold-start.js";
import { faultOption } from "./fault-option.js";
import type { Faults } from "./fault-plan.js";
import type { Fault } from "./fault.js";
import type { Outage } from "./outages.js";

/** One entry of a list of faults: `undefined` is no fault. */
const faultOrNone: Option<Fault>["check"] = (value, name, error) =>
  value === undefined ? "ok" : faultOption.check(value, name, error);

type FaultList = readonly (Fault | undefined)[];

/** The faults of requests: a list or a function. */
export const faultsOption: Option<Faults, Faults | undefined> = functionOr<
  Exclude<Faults, FaultList>,
  FaultList,
  FaultList | undefined
>(listOf<Fault | undefined>(faultOrNone));

/** The outages of the server. */
export const outagesOption: Option<readonly Outage[], readonly Outage[] | undefined> =
  listOf<Outage>(checkOutage);

/** The cold start of a dedicated endpoint. */
export const coldStartOption: Option<ColdStart, ColdStart | undefined> = object<ColdStart>(
  { duration: atLeast(0), fault: faultOption },
  ["duration"],
);

const outage = object<Outage>({ from: atLeast(0), to: aboveZero, fault: faultOption }, ["from", "to"]);

function checkOutage(value: unknown, name: string, error: OptionError): Outage {
  const { from, to } = outage.check(value, name, error) as Outage;
  if (to > from) return value as Outage;
  throw error(`\`${name}.to\` is ${to}`, `it must be above ${from}, its \`from\``);
}
