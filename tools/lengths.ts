/**
 * `npx tsx tools/lengths.ts`: measures the lengths of files and functions of src/, and counts the documented exports.
 *
 * A function is a node with a body in braces. Its lines are those from its name to its closing brace, without the
 * comment above it. A nested function counts as part of the outer one, and also as a function.
 */

import ts from "typescript";
import { described, type Described } from "../test/integration/docs/exports.js";
import { sources, type Source } from "../test/support/source.js";

interface Length {
  readonly name: string;
  readonly lines: number;
}

function functionsIn({ path, nodes }: Source): Length[] {
  return nodes.filter(hasBody).map((node) => {
    const file = node.getSourceFile();
    const [first, last] = [node.getStart(), node.getEnd()].map(
      (position) => file.getLineAndCharacterOfPosition(position).line,
    ) as [number, number];
    return { name: `${path}:${first + 1}`, lines: last - first + 1 };
  });
}

function hasBody(node: ts.Node): boolean {
  if (!ts.isFunctionLike(node)) return false;
  const { body } = node as { body?: ts.Node };
  return body !== undefined && ts.isBlock(body);
}

/** Returns the median, the 90th percentile, and the longest. */
function row(what: string, lengths: readonly Length[]): object {
  const sorted = lengths.toSorted((one, other) => one.lines - other.lines);
  const share = (part: number): Length => sorted[Math.ceil(part * sorted.length) - 1] as Length;
  const { lines: longest, name } = share(1);
  return { what, count: sorted.length, median: share(0.5).lines, "90 %": share(0.9).lines, longest, name };
}

function documented(kind: Described["kind"], among: readonly Described[]): string {
  const these = among.filter((one) => one.kind === kind);
  return `${these.filter(({ text }) => text !== "").length} of ${these.length}`;
}

const all = sources();
const files = all.map(({ path, lines }) => ({ name: path, lines }));
console.table([row("files", files), row("functions", all.flatMap(functionsIn))]);

const exported = described();
console.log(
  `Documented: ${documented("export", exported)} exports, ${documented("member", exported)} members, ` +
    `${documented("choice", exported)} string literals of types.`,
);
