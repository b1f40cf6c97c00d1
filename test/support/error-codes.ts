import { readFileSync } from "node:fs";

const source = readFileSync(new URL("../../src/core/errors/together-error.ts", import.meta.url), "utf8");

/** All error codes, in the order of their declaration. */
export const errorCodes = [...source.matchAll(/^ {2}\| "(\w+)"/gm)].map(([, code]) => code);
