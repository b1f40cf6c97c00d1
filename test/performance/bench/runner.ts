/** A client's process: warms up, measures the work, checks every vector, and reports the cost. */

import type {
  Circumstances,
  BenchmarkClient,
  EmbedList,
  EmbedStream,
  Rank,
  Vector,
} from "./clients/benchmark-client.js";
import { measure, profiled, type Cost } from "./measure.js";
import { textsOf } from "./texts.js";
import { checkRanking, checkVector } from "./vectors.js";

/** The task of one process. */
export interface Task {
  readonly client: string;
  readonly circumstances: Circumstances;
  /** Texts or documents. */
  readonly amount: number;
  readonly form: "list" | "stream" | "rank";
  /** Where to write a profile of the work. */
  readonly profile?: string | undefined;
}

/** The result of a task. */
export type Report = { readonly cost: Cost } | { readonly failure: string };

/** Texts of the warm-up: enough for the compiler to optimize the code, and to open the connections. */
const WARM_UP = 2048;

/** The server does not limit this key. Clients that estimate a rate do so per key. */
const WARM_UP_KEY = "warm-up";

async function run(task: Task): Promise<Cost> {
  const { benchmarkClient } = (await import(`./clients/${task.client}.js`)) as {
    benchmarkClient: BenchmarkClient;
  };
  const hint = { batchSize: 128, concurrency: 8 };
  const warmUp = { ...task.circumstances, apiKey: WARM_UP_KEY, hint };
  await forms[task.form](benchmarkClient, {
    ...task,
    circumstances: warmUp,
    amount: WARM_UP,
    profile: undefined,
  });
  return forms[task.form](benchmarkClient, task);
}

const forms = { list, stream, rank };

async function list(client: BenchmarkClient, task: Task): Promise<Cost> {
  const texts = [...textsOf(task.amount)];
  const embed = await listOf(client)(task.circumstances, texts);
  const { result, cost } = await watched(task, () => embed(texts));
  if (result.length !== texts.length) throw new Error(`${result.length} vectors for ${texts.length} texts`);
  texts.forEach((text, place) => checkVector(text, result[place] as Vector));
  return cost;
}

async function stream(client: BenchmarkClient, task: Task): Promise<Cost> {
  const embed =
    client.stream?.(task.circumstances) ?? collected(await listOf(client)(task.circumstances, []));
  const expected = textsOf(task.amount);
  const { cost } = await watched(task, () =>
    embed(textsOf(task.amount), (vector) => checkVector(expected.next().value as string, vector)),
  );
  if (!expected.next().done) throw new Error("the stream ended early");
  return cost;
}

async function rank(client: BenchmarkClient, task: Task): Promise<Cost> {
  const documents = [...textsOf(task.amount)];
  const rerank = (client.rank as (circumstances: Circumstances) => Rank)(task.circumstances);
  const { result, cost } = await watched(task, () =>
    rerank("How do plants turn light into sugar?", documents),
  );
  checkRanking(documents, result);
  return cost;
}

function listOf(client: BenchmarkClient): NonNullable<BenchmarkClient["list"]> {
  if (client.list) return client.list;
  throw new Error("the client embeds no lists");
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

/** Describes an error in a few words: by its status if it has one. */
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
