import { readFileSync } from "node:fs";

const source = readFileSync(new URL("../../src/core/errors/together-error.ts", import.meta.url), "utf8");

/** The codes that an error can have, in the order in which they are declared. */
export const errorCodes = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code]) => code);
