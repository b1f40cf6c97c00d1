/** Suggests the name that a user meant. Pure. */

/**
 * Returns the known name that differs from a name only in case and punctuation, or else by a typing slip. A slip is one
 * letter, or two in a name of nine letters or more. Returns `undefined` if there is none, or if there are several. A
 * digit is never a slip: `v1` and `v2`, `2k` and `8k` are different names.
 *
 * @param maxSlips - Most letters that may differ in a long name.
 */
export function nearestName(name: string, known: readonly string[], maxSlips = 2): string | undefined {
  const given = plainName(name);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const plain = plainName(candidate);
    const distance = digits(plain) === digits(given) ? editDistance(given, plain) : least + 1;
    const most = Math.min(maxSlips, maxDistance(Math.max(given.length, plain.length)));
    if (distance > most || distance > least) continue;
    nearest = distance < least ? candidate : undefined;
    least = distance;
  }
  return nearest;
}

/** The letters and digits of a name in lower case: `api_key`, `API-Key` and `apiKey` are one name. */
export function plainName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

function digits(name: string): string {
  return name.replaceAll(/\D/g, "");
}

/** In a name of four letters, one slip leads to another name: `topP` is not `topN`. */
function maxDistance(length: number): number {
  if (length < 5) return 0;
  return length < 9 ? 1 : 2;
}

/** How many letters to insert, remove, replace or swap with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        (last[column] as number) + 1,
        (current[column - 1] as number) + 1,
        (last[column - 1] as number) + (isSame ? 0 : 1),
        isSwapped ? (beforeLast[column - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] as number;
}
