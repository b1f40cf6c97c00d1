/** Options that are objects, lists and records. Their contents are checked like the options of a class. */

import { cannot } from "../errors/together-error.js";
import { describeType } from "../validate-texts.js";
import { nearestName } from "./nearest-name.js";
import { findUnknown } from "./option-reader.js";
import {
  checkType,
  type AnyOption,
  type Option,
  type OptionError,
  type OptionTable,
} from "./option-types.js";

/**
 * An object with its own options, such as `limits: { burst: 5 }`. Its value is the object as it was passed.
 *
 * @param required - The options that the object must have.
 */
export function object<Given extends object>(
  table: OptionTable<Given>,
  required: readonly (keyof Given)[] = [],
): Option<Given, Given | undefined> {
  return optional((value, name, error) => {
    const given = checkObject(value, name, error);
    rejectUnknown(given, Object.keys(table), name, error);
    for (const [key, option] of Object.entries<AnyOption>(table)) {
      const own = Object.hasOwn(given, key) ? given[key] : undefined;
      if (own !== undefined || required.includes(key as keyof Given)) {
        option.check(own, pathOf(name, key), error);
      }
    }
    return value as Given;
  });
}

/** A list. `item` checks each of its items; holes and `undefined` are items too. */
export function listOf<Item>(item: Check): Option<readonly Item[], readonly Item[] | undefined> {
  return optional((value, name, error) => {
    const list = checkArray(value, name, error);
    for (let index = 0; index < list.length; index++) item(list[index], `${name}[${index}]`, error);
    return list as Item[];
  });
}

/** An object with any names, such as headers. `item` checks each value, and may check its name too. */
export function recordOf<Item>(
  item: (value: unknown, name: string, error: OptionError, key: string) => unknown,
): Option<Readonly<Record<string, Item>>, Readonly<Record<string, Item>> | undefined> {
  return optional((value, name, error) => {
    const given = checkObject(value, name, error);
    for (const [key, own] of Object.entries(given)) {
      item(own, `${name}[${JSON.stringify(key)}]`, error, key);
    }
    return given as Readonly<Record<string, Item>>;
  });
}

/** A function, or what `other` accepts. */
export function functionOr<Func, Given, Result>(
  other: Option<Given, Result>,
): Option<Func | Given, Func | Result> {
  return {
    check(value, name, error) {
      if (typeof value === "function") return value as Func;
      return other.check(value, name, (problem, fix, code) => {
        // Not for errors inside an object or a list.
        const isOfType = problem.startsWith(`\`${name}\` is `) && fix.startsWith("it must be ");
        return error(problem, isOfType ? `${fix}, or a function` : fix, code);
      });
    },
    default: other.default,
  };
}

/** Creates the errors of a task other than the creation of a class. */
export function errorsOf(task: string): OptionError {
  return (problem, fix, code = "invalid_option") => cannot(code, task, problem, fix);
}

type Check = AnyOption["check"];

function optional<Given, Result>(
  check: (...args: Parameters<Check>) => Result,
): Option<Given, Result | undefined> {
  return { check: check as Option<Given, Result>["check"], default: () => undefined };
}

/** @throws `invalid_option` if a value is not an object, or is an array. */
export function checkObject(
  value: unknown,
  name: string,
  error: OptionError,
): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  const found = typeof value === "number" ? String(value) : describeType(value);
  throw error(`${name === "" ? "the options are" : `\`${name}\` is`} ${found}`, "it must be an object");
}

const checkArray = checkType<readonly unknown[]>("an array", Array.isArray);

function rejectUnknown(given: object, known: readonly string[], path: string, error: OptionError): void {
  const unknown = findUnknown(given, known);
  if (unknown === undefined) return;
  const near = nearestName(unknown, known);
  const fix = near ? `did you mean \`${pathOf(path, near)}\`?` : `it takes ${known.join(", ")}`;
  throw error(`\`${pathOf(path, unknown)}\` is not an option`, fix);
}

function pathOf(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
