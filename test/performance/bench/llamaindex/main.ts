/**
 * Indexes 10,000 nodes with a `VectorStoreIndex`: with this package's embedding model and with that of
 * `@llamaindex/together`, against an emulator with a round trip of 50 ms. One emulator responds in base64, another one
 * in floats, like Together before 2025-09.
 *
 *     npm ci --prefix test/performance && npm run build && npx tsx test/performance/bench/llamaindex/main.ts
 */

import { fork } from "node:child_process";
import { once } from "node:events";
import { TogetherEmbedding } from "@llamaindex/together";
import { Settings, TextNode, VectorStoreIndex, type BaseEmbedding } from "llamaindex";
import { markdownTable } from "markdown-table";
import { TogetherEmbeddings } from "../../../../dist/llamaindex/index.js";
import { isVectorOf, MODEL } from "./vectors.js";

const AMOUNT = Number(process.argv[2] ?? 10_000);
const FILLER = "plants turn light into sugar while rivers carry stones toward the open sea and every winter ";
const texts = Array.from({ length: AMOUNT }, (_, number) => `${number} ${FILLER.repeat(3)}`.slice(0, 200));

const models = {
  "together-retrieval": (baseURL: string) => new TogetherEmbeddings({ apiKey: "key", baseURL, model: MODEL }),
  // It ignores its own option `baseURL`.
  "@llamaindex/together 0.0.39": (baseURL: string) =>
    new TogetherEmbedding({ apiKey: "key", model: MODEL, additionalSessionOptions: { baseURL } }),
} satisfies Record<string, (baseURL: string) => BaseEmbedding>;

const server = fork(new URL("server.ts", import.meta.url));
const [urls] = (await once(server, "message")) as [Record<"serve" | "ignore", string>];

const rows: string[][] = [];
for (const [format, name] of [
  ["base64", "serve"],
  ["floats", "ignore"],
] as const) {
  for (const [client, create] of Object.entries(models)) {
    const nodes = texts.map((text) => new TextNode({ text }));
    Settings.embedModel = create(urls[name]);
    const started = performance.now();
    let embedded = started;
    // The last call is made with the last vectors. The index is filled after it.
    await VectorStoreIndex.init({ nodes, progressCallback: () => (embedded = performance.now()) });
    const indexed = performance.now();
    server.send(name);
    const [requests] = (await once(server, "message")) as [number];
    const correct = nodes.filter(({ text, embedding }) => isVectorOf(text, embedding)).length;
    const [first] = nodes;
    const shown = first?.embedding?.slice(0, 3).map((number) => number.toPrecision(3));
    rows.push([
      format,
      client,
      String(requests),
      secondsFrom(started, embedded),
      secondsFrom(started, indexed),
      `${correct} of ${AMOUNT}`,
      `${first?.embedding?.length} numbers: ${shown?.join(", ")}, ...`,
    ]);
  }
}
console.log(
  markdownTable([
    [
      "response format",
      "model",
      "requests",
      "embedded after",
      "indexed after",
      "correct vectors",
      "first vector",
    ],
    ...rows,
  ]),
);
server.disconnect();

function secondsFrom(start: number, end: number): string {
  return `${((end - start) / 1000).toFixed(2)} s`;
}
