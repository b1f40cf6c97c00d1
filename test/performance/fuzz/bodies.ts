/** Generates Together's responses and corrupts them: other values or other characters. */

import type { Chance } from "../simulation/jobs/chance.js";

/** A response body and the size of its request. */
export interface Body {
  readonly text: string;
  /** Number of texts or documents in the request. */
  readonly requested: number;
}

/** Values that replace others. */
const VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  1e39,
  1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  "",
  "0",
  "AACAPw==",
  "AACAfw==",
  "AADAfw==",
  "====",
  "\0",
  "\ud800",
  [],
  [[]],
  {},
  [null],
  { length: 3 },
  { index: 0 },
  { message: { message: "no" } },
];

const NAMES = ["index", "embedding", "data", "results", "relevance_score", "usage", "error", "__proto__"];

export function drawBody(chance: Chance): Body {
  const requested = chance.spread(1, 6);
  const kind = chance.kind({ floats: 3, base64: 3, ranking: 3, error: 2 });
  const valid = { floats, base64, ranking, error }[kind](chance, requested);
  const changed = chance.holds(0.7) ? mutated(valid, chance) : valid;
  const text = JSON.stringify(changed) ?? "";
  return { text: chance.holds(0.5) ? damaged(text, chance) : text, requested };
}

function usage(): object {
  return { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 };
}

function floats(chance: Chance, requested: number): object {
  const dimensions = chance.whole(1, 4);
  const vector = (): number[] => chance.times(dimensions, () => chance.random() - 0.5);
  const data = chance.times(requested, (index) => ({ object: "embedding", index, embedding: vector() }));
  return { object: "list", model: "m", data, usage: usage() };
}

function base64(chance: Chance, requested: number): object {
  const dimensions = chance.whole(1, 4);
  const vector = (): string =>
    Buffer.from(Float32Array.from(chance.times(dimensions, () => chance.random())).buffer).toString("base64");
  const data = chance.times(requested, (index) => ({ object: "embedding", index, embedding: vector() }));
  return { object: "list", model: "m", data, usage: usage() };
}

function ranking(chance: Chance, requested: number): object {
  const results = chance.times(requested, (index) => ({
    index,
    relevance_score: chance.random(),
    document: {},
  }));
  return { object: "rerank", id: "o1", model: "m", results, usage: usage() };
}

function error(): object {
  const fields = { message: "Input too long", type: "invalid_request_error", param: null, code: "too_long" };
  return { id: "o1", error: fields, error_type: "dynamic_request_limited" };
}

type Tree = Record<string, unknown> | unknown[];

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

/** Changes random values of a tree. */
function mutated(tree: object, chance: Chance): unknown {
  if (chance.holds(0.02)) return chance.pick(VALUES);
  const copy = structuredClone(tree) as Tree;
  for (let change = chance.spread(1, 4); change > 0; change--) mutate(descend(copy, chance), chance);
  return copy;
}

function descend(tree: Tree, chance: Chance): Tree {
  const below = Object.values(tree).filter(isTree);
  return below.length === 0 || chance.holds(0.25) ? tree : descend(chance.pick(below), chance);
}

function mutate(tree: Tree, chance: Chance): void {
  const names = Object.keys(tree);
  const name = names.length === 0 ? "0" : chance.pick(names);
  const node = tree as Record<string, unknown>;
  const how = chance.kind({ replace: 5, remove: 2, repeat: 2, swap: 2, add: 1 });
  if (how === "replace") node[name] = structuredClone(chance.pick(VALUES));
  else if (how === "remove" && Array.isArray(tree)) tree.splice(Number(name), 1);
  else if (how === "remove") delete node[name];
  else if (how === "repeat" && Array.isArray(tree)) tree.push(structuredClone(node[name]));
  else if (how === "swap") node[name] = structuredClone(node[chance.pick(names.length > 0 ? names : ["0"])]);
  else
    Object.defineProperty(tree, chance.pick(NAMES), {
      value: 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}

/** Changes characters, like a faulty connection or proxy. */
function damaged(text: string, chance: Chance): string {
  const at = chance.whole(0, text.length);
  const to = Math.min(text.length, at + chance.spread(1, 8));
  const how = chance.kind({ cut: 1, drop: 3, repeat: 2, insert: 3 });
  if (how === "cut") return text.slice(0, at);
  if (how === "drop") return text.slice(0, at) + text.slice(to);
  if (how === "repeat") return text.slice(0, to) + text.slice(at);
  return (
    text.slice(0, at) +
    chance.pick(['"', "]", "}", ",", "-", "e9", "9", "=", "/", "_", "\\u0000", " "]) +
    text.slice(at)
  );
}
