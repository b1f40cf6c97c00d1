/** Reads options one by one, of whatever class, and says in one voice what is wrong with them. */

import { cannot, type TogetherError } from "../errors/together-error.js";
import { kindOf } from "../validate-texts.js";

/** The options that somebody passed to a class. Each method returns `undefined` for one that was left out. */
export class Check {
  readonly task: string;
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(options: object, known: readonly string[], name: string) {
    this.task = `create ${name}`;
    // Else it would end in the midst of work, with a TypeError: npm only warns of an old Node, and a page of nothing.
    if (!("isWellFormed" in String.prototype)) {
      throw this.wrong(
        "this platform is too old",
        "use Node 20 or later, or a browser from the end of 2023 on",
      );
    }
    if (typeof options !== "object" || options === null) {
      throw this.wrong("it was given no options", `write new ${name}({ model: "..." })`);
    }
    this.#options = options as Record<string, unknown>;
    for (const option of Object.keys(options)) {
      if (this.#options[option] !== undefined && !known.includes(option)) throw this.#unknown(option, known);
    }
  }

  value(name: string): unknown {
    return this.#options[name];
  }

  text(name: string): string | undefined {
    return this.#typed<string>(name, "a string", (value) => typeof value === "string");
  }

  flag(name: string): boolean | undefined {
    return this.#typed<boolean>(name, "true or false", (value) => typeof value === "boolean");
  }

  callable<Callable>(name: string): Callable | undefined {
    return this.#typed<Callable>(name, "a function", (value) => typeof value === "function");
  }

  finite(name: string): number | undefined {
    return this.#typed<number>(name, "a finite number", (value) => Number.isFinite(value));
  }

  whole(name: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    return this.#typed<number>(
      name,
      `a whole number, ${range}`,
      (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
    );
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const wanted = choices.map((choice) => `"${choice}"`).join(" or ");
    return this.#typed<Choice>(name, wanted, (value) => choices.includes(value as Choice));
  }

  wrong(problem: string, remedy: string): TogetherError {
    return cannot("invalid_option", this.task, problem, remedy);
  }

  #typed<Type>(name: string, wanted: string, fits: (value: unknown) => boolean): Type | undefined {
    const value = this.#options[name];
    if (value === undefined) return undefined;
    // The value itself may be a misplaced key, so only numbers are quoted.
    const found = typeof value === "number" ? String(value) : kindOf(value);
    if (!fits(value)) throw this.wrong(`\`${name}\` is ${found}`, `it must be ${wanted}`);
    return value as Type;
  }

  #unknown(option: string, known: readonly string[]): TogetherError {
    const meant = known.find((name) => name.toLowerCase() === option.toLowerCase().replaceAll(/[^a-z]/g, ""));
    const remedy = meant ? `did you mean \`${meant}\`?` : `it takes ${known.join(", ")}`;
    return this.wrong(`\`${option}\` is not an option`, remedy);
  }
}
