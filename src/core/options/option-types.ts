/** The types that an option can have. Each function returns an entry for a table of options. */

import type { TogetherError, TogetherErrorCode } from "../errors/together-error.js";
import { describeType } from "../validate-texts.js";

/** Creates the error of a constructor. The code is `invalid_option` unless given. */
export type OptionError = (problem: string, fix: string, code?: TogetherErrorCode) => TogetherError;

/** One option: its type, its range, its environment variables and its default. */
export interface Option<Given, Result = Given> {
  /** Never set. The compiler uses it to compare the type with that of the interface. */
  readonly given?: (value: Given) => Given;
  /** Read in this order if the option is left out. */
  readonly environment?: readonly string[] | undefined;
  /** Returns a value in the form that the core uses. Throws if it is not valid. */
  readonly check: (value: unknown, name: string, error: OptionError) => Result;
  /** Returns the value of an option that was left out. `model` is `baseModel`, or else `model`. Throws if required. */
  readonly default: (model: string, error: OptionError) => Result;
}

/** The table of an options interface: one entry per option, with the type that the interface declares. */
export type OptionTable<Options> = {
  readonly [Name in keyof Options]-?: Option<NonNullable<Options[Name]>, unknown>;
};

/** Any table of options. */
export type AnyTable = Readonly<Record<string, AnyOption>>;

/** Any option. */
export type AnyOption = Omit<Option<unknown>, "given">;

/** The values of a table's options: checked, converted, and with every default filled in. */
export type Resolved<Table extends AnyTable> = {
  readonly [Name in keyof Table]: ReturnType<Table[Name]["default"]>;
};

/** The settings of an option beside its type. */
interface Settings<Default> {
  /** A value, or a function of the base model's id. Without a default, an option that is left out is `undefined`. */
  readonly default?: Default | ((model: string) => Default);
  readonly environment?: readonly string[];
}

export function string<Default extends string | undefined = undefined>(
  settings: Settings<Default> = {},
): Option<string, string | Default> {
  return option(checkString, settings);
}

export function boolean<Default extends boolean | undefined = undefined>(
  settings: Settings<Default> = {},
): Option<boolean, boolean | Default> {
  return option(checkBoolean, settings);
}

export function number<Default extends number | undefined = undefined>(
  settings: Settings<Default> = {},
): Option<number, number | Default> {
  return option(checkType<number>("a finite number", Number.isFinite), settings);
}

export function integer<Default extends number | undefined = undefined>({
  min,
  max = Number.POSITIVE_INFINITY,
  ...settings
}: Settings<Default> & { readonly min: number; readonly max?: number }): Option<number, number | Default> {
  const range = max === Number.POSITIVE_INFINITY ? `${min} or more` : `from ${min} to ${max}`;
  const isInRange = (value: unknown): boolean =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  return option(checkType<number>(`a whole number, ${range}`, isInRange), settings);
}

export function oneOf<const Choice extends string, Default extends Choice | undefined = undefined>(
  choices: readonly Choice[],
  settings: Settings<Default> = {},
): Option<Choice, Choice | Default> {
  const expected = choices.map((choice) => `"${choice}"`).join(" or ");
  const isChoice = (value: unknown): boolean => choices.includes(value as Choice);
  return option(checkType<Choice>(expected, isChoice), settings);
}

/** A function. Its default is a function too, not a function of the model's id. */
export function func<Type, Default extends Type | undefined = undefined>(
  value?: Default,
): Option<Type, Type | Default> {
  const check = checkType<Type>("a function", (given) => typeof given === "function");
  return option(check, { default: () => value as Default });
}

/** An object with methods. It may inherit them, as an instance does. */
export function object<Type extends object>(
  expected: string,
  methods: readonly (keyof Type & string)[],
): Option<Type, Type | undefined> {
  const hasMethods = (value: unknown): boolean =>
    methods.every((name) => typeof (Object(value) as Type)[name] === "function");
  return option(checkType<Type>(`${expected}, with \`${methods.join("` and `")}\``, hasMethods), {});
}

/** Any value: it is passed on to a framework, which checks it. */
export function anything<Type>(): Option<Type, Type | undefined> {
  return option((value) => value as Type, {});
}

/** Checks that a value is a string. */
export const checkString = checkType<string>("a string", (value) => typeof value === "string");

const checkBoolean = checkType<boolean>("true or false", (value) => typeof value === "boolean");

/** Creates the check of a type. `expected` completes "it must be". */
export function checkType<Type>(
  expected: string,
  isValid: (value: unknown) => boolean,
): (value: unknown, name: string, error: OptionError) => Type {
  return (value, name, error) => {
    if (isValid(value)) return value as Type;
    // Another value than a number may be a misplaced key, so the message has only its type.
    const found = typeof value === "number" ? String(value) : describeType(value);
    throw error(`\`${name}\` is ${found}`, `it must be ${expected}`);
  };
}

function option<Given, Default>(
  check: Option<Given>["check"],
  { default: value, environment }: Settings<Default>,
): Option<Given, Given | Default> {
  const ofModel =
    typeof value === "function" ? (value as (model: string) => Default) : () => value as Default;
  return { environment, check, default: ofModel };
}
