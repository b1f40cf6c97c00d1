/** The rule for the subject of a commit: `type(scope): imperative summary`. */

import conventional from "@commitlint/config-conventional";
import lint from "@commitlint/lint";

const TYPES = ["feat", "fix", "perf", "refactor", "docs", "test", "build", "ci", "chore"];
const MAX_LENGTH = 72;

const RULES = {
  ...conventional.rules,
  "type-enum": [2, "always", TYPES],
  "header-max-length": [2, "always", MAX_LENGTH],
} as const satisfies Parameters<typeof lint>[1];

/** Returns the problems of a subject; an empty list if it has none. */
export async function problemsOf(subject: string): Promise<string[]> {
  // Without commitlint's exceptions, such as "Revert ..." and "fixup! ...".
  const { errors } = await lint(subject, RULES, { defaultIgnores: false });
  return errors.map(({ message }) => message);
}
