/** Checks faults in options and setters. */

import { object, recordOf } from "../../core/options/nested-options.js";
import {
  checkString,
  integer,
  string,
  type Option,
  type OptionError,
} from "../../core/options/option-types.js";
import { choice, limit, milliseconds } from "../option-kinds.js";
import type { Fault, FaultDetails, FaultName } from "./fault.js";

/** Every name; the compiler checks that none is missing. */
const NAMES = Object.keys({
  ok: 1,
  reset: 1,
  cut: 1,
  half: 1,
  hang: 1,
  endless: 1,
  html: 1,
  redirect: 1,
  shuffled: 1,
  "missing-item": 1,
  "extra-item": 1,
  "repeated-index": 1,
  "index-out-of-range": 1,
  "not-a-list": 1,
  "no-list": 1,
  "null-in-vector": 1,
  "nan-in-vector": 1,
  "infinity-in-vector": 1,
  "short-vector": 1,
  "empty-vector": 1,
  "no-vector": 1,
  "bad-base64": 1,
  "infinite-score": 1,
  "null-score": 1,
  "usage-null": 1,
} satisfies Record<FaultName, 1>) as FaultName[];

const faultName = choice(NAMES);

const faultDetails = object<FaultDetails>({
  kind: faultName,
  status: integer({ min: 200, max: 599 }),
  headers: recordOf<string>(checkHeader),
  body: { check: checkBody, default: () => undefined },
  message: string(),
  code: string(),
  errorType: string(),
  delay: milliseconds(),
  bodyDuration: milliseconds(),
  location: { check: checkHeaderValue, default: () => undefined },
  padding: limit(0),
});

/** The fields of an error, which a response with status 200 does not have. */
const OF_AN_ERROR = ["message", "code", "errorType"] as const;

/** A fault: its name or its details. */
export const faultOption: Option<Fault> = {
  check: checkFault,
  default: () => "ok",
};

/** Checks a fault. A status alone is a common slip, which gets its own fix. */
function checkFault(value: unknown, name: string, error: OptionError): Fault {
  if (typeof value === "string" || typeof value === "number") return checkName(value, name, error);
  const fault = faultDetails.check(value, name, error) as FaultDetails;
  const { status = 200 } = fault;
  const alone = OF_AN_ERROR.find((field) => fault[field] !== undefined);
  if (alone === undefined || status !== 200) return fault;
  throw error(`\`${name}.${alone}\` is set without an error`, `set \`${name}.status\` to 400 or more`);
}

function checkName(value: string | number, name: string, error: OptionError): Fault {
  if (!/^\d{3}$/.test(String(value))) return faultName.check(value, name, error) as FaultName;
  throw error(`\`${name}\` is a status without its name`, `did you mean { status: ${value} }?`);
}

function checkHeader(value: unknown, name: string, error: OptionError, header: string): string {
  // Those that `new Headers()` and Node accept.
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(header)) return checkHeaderValue(value, name, error);
  throw error(`\`${name}\` is not an HTTP header`, "remove the characters that a name cannot contain");
}

function checkHeaderValue(value: unknown, name: string, error: OptionError): string {
  const text = checkString(value, name, error);
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text;
  throw error(`\`${name}\` is not an HTTP header`, "remove line breaks and other control characters");
}

function checkBody(value: unknown, name: string, error: OptionError): string | object {
  if (typeof value === "string" || (typeof value === "object" && value !== null)) return value;
  throw error(
    `\`${name}\` is neither a string nor an object`,
    "pass the body as a string, or an object to serialize as JSON",
  );
}
