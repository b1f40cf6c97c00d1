/** A contestant's process: warms up, does its work under measurement, checks every vector, and reports. */

import type {
  Circumstances,
  Contestant,
  EmbedList,
  EmbedStream,
  Rank,
  Vector,
} from "./contestants/contestant.js";
import { measure, profiled, type Cost } from "./measure.js";
import { textsOf } from "./texts.js";
import { checkRanking, checkVector } from "./vectors.js";

/** What one process is to do. */
export interface Task {
  readonly contestant: string;
  readonly circumstances: Circumstances;
  /** Texts or documents. */
  readonly amount: number;
  readonly form: "list" | "stream" | "rank";
  /** Where to write a profile of the work. */
  readonly profile?: string | undefined;
}

/** What it reports. */
export type Report = { readonly cost: Cost } | { readonly failure: string };

/** Enough for the compiler to know what is hot and for connections to stand. */
const WARM_UP = 2048;

/** Passes the server's gate at once, and is another account for whoever learns a rate. */
const WARM_UP_KEY = "warm-up";

async function run(task: Task): Promise<Cost> {
  const { contestant } = (await import(`./contestants/${task.contestant}.js`)) as { contestant: Contestant };
  const told = { batchSize: 128, concurrency: 8 };
  const warmUp = { ...task.circumstances, apiKey: WARM_UP_KEY, told };
  await forms[task.form](contestant, { ...task, circumstances: warmUp, amount: WARM_UP, profile: undefined });
  return forms[task.form](contestant, task);
}

const forms = { list, stream, rank };

async function list(contestant: Contestant, task: Task): Promise<Cost> {
  const texts = [...textsOf(task.amount)];
  const embed = await listOf(contestant)(task.circumstances, texts);
  const { result, cost } = await watched(task, () => embed(texts));
  if (result.length !== texts.length) throw new Error(`${result.length} vectors for ${texts.length} texts`);
  texts.forEach((text, place) => checkVector(text, result[place] as Vector));
  return cost;
}

async function stream(contestant: Contestant, task: Task): Promise<Cost> {
  const embed =
    contestant.stream?.(task.circumstances) ?? collected(await listOf(contestant)(task.circumstances, []));
  const expected = textsOf(task.amount);
  const { cost } = await watched(task, () =>
    embed(textsOf(task.amount), (vector) => checkVector(expected.next().value as string, vector)),
  );
  if (!expected.next().done) throw new Error("the stream ended early");
  return cost;
}

async function rank(contestant: Contestant, task: Task): Promise<Cost> {
  const documents = [...textsOf(task.amount)];
  const ask = (contestant.rank as (circumstances: Circumstances) => Rank)(task.circumstances);
  const { result, cost } = await watched(task, () => ask("How do plants turn light into sugar?", documents));
  checkRanking(documents, result);
  return cost;
}

function listOf(contestant: Contestant): NonNullable<Contestant["list"]> {
  if (contestant.list) return contestant.list;
  throw new Error("takes no lists");
}

function collected(embed: EmbedList): EmbedStream {
  return async (texts, take) => {
    for (const vector of await embed([...texts])) take(vector);
  };
}

function watched<Result>(
  { profile }: Task,
  work: () => Promise<Result>,
): Promise<{ result: Result; cost: Cost }> {
  return measure(profile === undefined ? work : () => profiled(profile, work));
}

function report(message: Report): void {
  process.send?.(message, () => process.exit());
}

/** What somebody threw, in a few words: the status if there is one. */
function failureOf(error: unknown): string {
  const { status, statusCode, lastError, message } = Object(error) as Record<string, unknown>;
  if (lastError) return failureOf(lastError);
  const code = status ?? statusCode;
  if (typeof code === "number") return `gave up: ${code}`;
  return `failed: ${String(message ?? error)
    .split("\n", 1)
    .join("")
    .slice(0, 60)}`;
}

run(JSON.parse(process.argv[2] as string) as Task).then(
  (cost) => report({ cost }),
  (error: unknown) => report({ failure: failureOf(error) }),
);
