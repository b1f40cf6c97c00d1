/** Reads options by their table, with the same error messages for every class. */

import { cannot } from "../errors/together-error.js";
import { readEnvironment } from "./environment.js";
import { nearestName } from "./nearest-name.js";
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
  constructor(options: object, table: Table, name: string, example = `new ${name}({ model: "..." })`) {
    this.#task = `create ${name}`;
    this.#table = table;
    // npm only warns about an old Node.js, and the first text would end in a TypeError.
    if (!("isWellFormed" in String.prototype)) {
      throw this.error(
        "this platform is too old",
        "use Node 20 or later, or a browser from the end of 2023 on",
      );
    }
    if (typeof options !== "object" || options === null) {
      throw this.error("it was given no options", `write ${example}`);
    }
    this.#options = options as Record<string, unknown>;
    this.#rejectUnknown();
  }

  /**
   * Determines whether an option was passed. The environment does not count, and neither does what the object inherits:
   * with a polluted `Object.prototype`, every object inherits.
   */
  has(name: string): boolean {
    return Object.hasOwn(this.#options, name) && this.#options[name] !== undefined;
  }

  /** Returns one option: as passed, otherwise from the environment, otherwise its default. */
  read<Name extends keyof Table & string>(name: Name): Resolved<Table>[Name] {
    const option = this.#table[name] as AnyOption;
    const value = this.has(name) ? this.#options[name] : readEnvironment(option.environment);
    return (
      value === undefined
        ? option.default(this.has("model") ? String(this.#options["model"]) : "", this.error)
        : option.check(value, name, this.error)
    ) as Resolved<Table>[Name];
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
    cannot(code, this.#task, problem, fix);

  #rejectUnknown(): void {
    const known = Object.keys(this.#table);
    const unknown = Object.keys(this.#options).find((name) => this.has(name) && !known.includes(name));
    if (unknown === undefined) return;
    const meant = nearestName(unknown, known);
    const fix = meant ? `did you mean \`${meant}\`?` : `it takes ${known.join(", ")}`;
    throw this.error(`\`${unknown}\` is not an option`, fix);
  }
}

/**
 * Splits the options of a framework's class into its own, with defaults, and those of the core, as passed.
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
  const names = Object.keys(own);
  const rest = Object.entries(options).filter(([option]) => !names.includes(option));
  return {
    own: Object.fromEntries(names.map((option) => [option, reader.read(option)])) as Resolved<Own>,
    core: Object.fromEntries(rest) as Omit<Core, keyof Own>,
    error: reader.error,
  };
}
