/** Reads options by their table, with the same error messages for every class and every call. */

import { hideKey } from "../errors/redact.js";
import { cannot } from "../errors/together-error.js";
import { readEnvironment } from "./environment.js";
import { suggestFor } from "./option-habits.js";
import type { AnyOption, AnyTable, OptionError, Resolved } from "./option-types.js";

/** The options that were passed to a class. */
export class OptionReader<Table extends AnyTable> {
  readonly #options: Readonly<Record<string, unknown>>;
  readonly #table: Table;
  readonly #task: string;

  /**
   * @param name - The class or function, for error messages.
   * @param example - How to write it, for callers without options.
   * @throws {@link TogetherError} `invalid_option` for an option that the table does not have.
   */
  constructor(
    options: object,
    table: Table,
    name: string,
    example = `new ${name}({ model: "..." })`,
    task = `create ${name}`,
  ) {
    this.#task = task;
    this.#table = table;
    // npm only warns about an old Node.js, and the first text would end in a TypeError.
    if (!("isWellFormed" in String.prototype)) {
      throw this.error(
        "this platform is too old",
        "use Node 20 or later, or a browser from the end of 2023 on",
      );
    }
    if (!isOptions(options, table)) throw this.error("it was given no options", `write ${example}`);
    this.#options = options;
    rejectUnknown(options, table, this.error);
  }

  /**
   * Determines whether an option was passed. The environment does not count, and inherited properties do not: with a
   * polluted `Object.prototype`, every object inherits.
   */
  has(name: string): boolean {
    return hasProperty(this.#options, name) && this.#options[name] !== undefined;
  }

  /** Returns one option: as passed, otherwise from the environment, otherwise its default. */
  read<Name extends keyof Table & string>(name: Name): Resolved<Table>[Name] {
    const option = this.#table[name] as AnyOption;
    const given = this.has(name) ? { name, value: this.#options[name] } : readEnvironment(option.environment);
    return (
      given ? option.check(given.value, given.name, this.error) : option.default(this.#baseModel, this.error)
    ) as Resolved<Table>[Name];
  }

  /** The id of the model whose facts are the defaults. */
  get #baseModel(): string {
    const name = ["baseModel", "model"].find((one) => this.has(one));
    return name === undefined ? "" : String(this.#options[name]);
  }

  /** Returns all options. Those in `known` are not read. */
  readAll(known: Partial<Resolved<Table>> = {}): Resolved<Table> {
    const all: Record<string, unknown> = { ...known };
    // A loop, because V8 keeps ten frames of an error's stack: with two more, the caller's line would be missing.
    for (const name of Object.keys(this.#table)) {
      if (!Object.hasOwn(known, name)) all[name] = this.read(name);
    }
    return all as Resolved<Table>;
  }

  /** Checks a value for an option. */
  check<Name extends keyof Table & string>(name: Name, value: unknown): Resolved<Table>[Name] {
    return (this.#table[name] as AnyOption).check(value, name, this.error) as Resolved<Table>[Name];
  }

  /** Creates the error for a wrong option. */
  readonly error: OptionError = (problem, fix, code = "invalid_option") =>
    cannot(code, this.#task, hideKey(problem, this.#givenKey), fix);

  /** The key that was passed, or that is in the environment: another option may contain it by mistake. */
  get #givenKey(): string | undefined {
    const { apiKey, client } = Object(this.#options) as { apiKey?: unknown; client?: unknown };
    const { apiKey: ofClient } = Object(client) as { apiKey?: unknown };
    const given = [apiKey, ofClient].find((key) => typeof key === "string");
    return (given ?? readEnvironment(this.#table["apiKey"]?.environment)?.value)?.trim();
  }
}

/**
 * Whether an object has a property that is not of `Object.prototype`, which a vulnerable package may have polluted. A
 * property of its class counts, such as a getter.
 */
export function hasProperty(options: object, name: string): boolean {
  if (Object.hasOwn(options, name)) return true;
  const prototype = Object.getPrototypeOf(options) as object | null;
  const isRoot = prototype === null || Object.getPrototypeOf(prototype) === null;
  return !isRoot && hasProperty(prototype, name);
}

/** Whether a value can hold options. An `AbortSignal` or a `Map` has none: it would be ignored without an error. */
export function isOptions(value: unknown, table: object): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isLiteral = prototype === null || Object.getPrototypeOf(prototype) === null;
  return (
    isLiteral || Object.keys(value).length > 0 || Object.keys(table).some((name) => hasProperty(value, name))
  );
}

/** Returns the first option that is not known. One that is `undefined` counts as left out. */
export function findUnknown(options: object, known: readonly string[]): string | undefined {
  const isUnknown = ([name, value]: [string, unknown]): boolean =>
    value !== undefined && !known.includes(name);
  return Object.entries(options).find(isUnknown)?.[0];
}

/**
 * Throws for the first option that a table does not have. One that is `undefined` counts as left out.
 *
 * @param path - The prefix of its name in the message.
 */
export function rejectUnknown(options: object, table: object, error: OptionError, path = ""): void {
  const known = Object.keys(table);
  const name = findUnknown(options, known);
  if (name === undefined) return;
  throw error(
    `\`${path}${name}\` is not an option`,
    suggestFor(name, known) ?? `it takes ${known.join(", ")}`,
  );
}

/**
 * Splits the options of a framework's class into its own, with defaults, and those of core, as passed.
 *
 * @throws {@link TogetherError} `invalid_option` for an option that neither table has.
 */
export function splitOptions<Own extends AnyTable, Core extends object>(
  options: Core & object,
  own: Own,
  core: AnyTable,
  name: string,
): { own: Resolved<Own>; core: Omit<Core, keyof Own>; error: OptionError } {
  const reader = new OptionReader(options, { ...core, ...own }, name);
  const passed = Object.keys(core).filter((option) => !Object.hasOwn(own, option) && reader.has(option));
  return {
    own: pick(Object.keys(own), (option) => reader.read(option)) as Resolved<Own>,
    core: pick(passed, (option) => (options as Record<string, unknown>)[option]) as Omit<Core, keyof Own>,
    error: reader.error,
  };
}

/** Creates an object without a prototype, so that a missing option is not read from `Object.prototype`. */
function pick(names: readonly string[], valueOf: (option: string) => unknown): object {
  const entries = names.map((option) => [option, valueOf(option)]);
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}
