/** Observability: prints the events of the package as traces and metrics of OpenTelemetry. */

import { fileURLToPath } from "node:url";
import { prepare } from "../../tools/prepare.js";
import { program } from "../kit/program.js";
import { serviceFrom } from "../kit/service.js";

const HELP = `Usage: npm run example observe

Embeds and reranks a few texts, and prints the spans, events and metrics of OpenTelemetry. The emulator starts with an
outage of 0.5 s, a lost connection and a 429.`;

const TEXTS = [
  "Plants turn light into sugar.",
  "Rust eats iron.",
  "Bees live on nectar.",
  "Nets want mending.",
];

await program(HELP, {}, async () => {
  const service = serviceFrom(process.env, {
    latency: 20,
    outages: [{ from: 0, to: 500 }],
    faults: ["reset", { status: 429 }],
  });
  console.log(service.description);
  // The packages are installed and loaded here, because --help does not need them.
  await prepare(fileURLToPath(new URL(".", import.meta.url)));
  const { Embedder, Reranker } = await import("together-retrieval");
  const { milliseconds, record } = await import("./sdk.js");
  const { telemetry, spans, points, stop } = record();

  // Each object needs two lines: one sets the listener, and one runs the call in a span.
  const embedder = new Embedder({ ...service.embedding, onEvent: telemetry.onEvent, batchSize: 2 });
  await telemetry.call("embed", embedder.model, () => embedder.embed(TEXTS));
  const reranker = new Reranker({ ...service.rerank, onEvent: telemetry.onEvent });
  await telemetry.call("rerank", reranker.model, () =>
    reranker.rerank("What do bees live on?", TEXTS, (text) => text),
  );

  console.log("\nSpans");
  for (const call of spans().filter(({ parentSpanContext }) => !parentSpanContext)) {
    console.log(`  ${call.name}  ${milliseconds(call.duration)} ms`);
    for (const { name, attributes } of call.events)
      console.log(`    event ${name}  ${String(attributes?.["together.outage.phase"] ?? "")}`);
    const { spanId } = call.spanContext();
    for (const { name, duration, attributes } of spans().filter(
      (span) => span.parentSpanContext?.spanId === spanId,
    )) {
      const outcome = String(attributes["error.type"] ?? "succeeded");
      console.log(
        `    ${name}  ${String(attributes["together.request.texts"])} texts  ${milliseconds(duration)} ms  ${outcome}`,
      );
    }
  }
  console.log("\nMetrics");
  for (const { metric, attributes, value } of await points()) {
    const names = [attributes["gen_ai.operation.name"], attributes["outcome"] ?? attributes["reason"] ?? ""];
    const columns = [
      metric.padEnd(33),
      ...names.map((name) => String(name).padEnd(17)),
      Number(value.toFixed(3)),
    ];
    console.log(`  ${columns.join(" ")}`);
  }
  await stop();
});
