import { context, type Attributes, type HrTime } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from "@opentelemetry/sdk-trace-base";
import { Telemetry } from "./telemetry.js";

/** OpenTelemetry's SDK with exporters that keep everything in memory. In your code, use exporters to a collector. */
export interface Recording {
  readonly telemetry: Telemetry;
  readonly spans: () => ReadableSpan[];
  readonly points: () => Promise<Point[]>;
  readonly stop: () => Promise<void>;
}

/** A value of a metric. For a histogram, it is the sum. */
export interface Point {
  readonly metric: string;
  readonly attributes: Attributes;
  readonly value: number;
}

export function record(): Recording {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  const spanExporter = new InMemorySpanExporter();
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spanExporter)] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter: metricExporter,
    exportIntervalMillis: 60_000,
  });
  const metering = new MeterProvider({ readers: [reader] });
  return {
    telemetry: new Telemetry(
      tracing.getTracer("together-retrieval"),
      metering.getMeter("together-retrieval"),
    ),
    spans: () => spanExporter.getFinishedSpans(),
    points: async () => {
      metricExporter.reset();
      await metering.forceFlush();
      return metricExporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(pointsOf));
    },
    stop: async () => {
      await Promise.all([tracing.shutdown(), metering.shutdown()]);
      context.disable();
    },
  };
}

type Scope = ReturnType<InMemoryMetricExporter["getMetrics"]>[number]["scopeMetrics"][number];

function pointsOf({ metrics }: Scope): Point[] {
  return metrics.flatMap((metric) => {
    const metricName = metric.descriptor.name;
    if (metric.dataPointType === DataPointType.SUM) {
      return metric.dataPoints.map(({ attributes, value }) => ({ metric: metricName, attributes, value }));
    }
    if (metric.dataPointType !== DataPointType.HISTOGRAM) return [];
    return metric.dataPoints.map(({ attributes, value }) => {
      return { metric: metricName, attributes, value: value.sum ?? 0 };
    });
  });
}

/** Converts a duration of the SDK to whole milliseconds. */
export function milliseconds([seconds, nanoseconds]: HrTime): number {
  return Math.round(seconds * 1e3 + nanoseconds / 1e6);
}
