import { hostname } from 'node:os';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { isSignalOn } from './trace-context.ts';

const SCOPE = 'runbook';

/** Spans and log records that may wait: all of a pass, because they are sent after it. */
const QUEUE = { maxQueueSize: 1_000_000 };

/** The three signals, sent to where the standard variables of this process say. `nextSpanId` names the span that starts. */
export function openExporters({
  version,
  traceId,
  nextSpanId,
}: {
  readonly version: string;
  readonly traceId: string;
  readonly nextSpanId: () => string;
}) {
  const failures = new Set<string>();
  const own = { 'service.name': SCOPE, 'service.version': version, 'host.name': hostname() };
  const resource = resourceFromAttributes(own).merge(detectResources({ detectors: [envDetector] }));
  const isOn = (signal: Parameters<typeof isSignalOn>[1]) => isSignalOn(process.env, signal);
  const traces = new TracerProvider({
    resource,
    idGenerator: { generateTraceId: () => traceId, generateSpanId: nextSpanId },
    spanProcessors: isOn('TRACES')
      ? [new BatchSpanProcessor({ exporter: watched(new OTLPTraceExporter(), failures), ...QUEUE })]
      : [],
  });
  const logs = new LoggerProvider({
    resource,
    processors: isOn('LOGS')
      ? [new BatchLogRecordProcessor({ exporter: watched(new OTLPLogExporter(), failures), ...QUEUE })]
      : [],
  });
  const metrics = new MeterProvider({
    resource,
    readers: isOn('METRICS')
      ? [new PeriodicExportingMetricReader({ exporter: watched(new OTLPMetricExporter(), failures) })]
      : [],
  });
  return {
    tracer: traces.getTracer(SCOPE, version),
    logger: logs.getLogger(SCOPE, version),
    meter: metrics.getMeter(SCOPE, version),
    /** Sends everything. Returns why something did not arrive; never throws. */
    close: async (): Promise<string[]> => {
      await Promise.allSettled([traces, logs, metrics].map((each) => each.shutdown()));
      return [...failures];
    },
  };
}

interface ExportResult {
  /** 0: it arrived. */
  readonly code: number;
  readonly error?: Error;
}

/** The library reports a failed export nowhere else. */
function watched<Item, Exporter extends { export(items: Item, done: (result: ExportResult) => void): void }>(
  exporter: Exporter & { export(items: Item, done: (result: ExportResult) => void): void },
  failures: Set<string>,
): Exporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (items: Item, done: (result: ExportResult) => void) =>
    send(items, (result) => {
      if (result.code !== 0) failures.add(result.error?.message ?? 'the receiver refused');
      done(result);
    });
  return exporter;
}
