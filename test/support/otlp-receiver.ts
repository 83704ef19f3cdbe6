import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
// The protobuf of OpenTelemetry as its authors published it, with protobufjs: it decodes, and refuses what does not fit.
import * as published from 'otlp-published-protobuf/build/src/generated/root.js';
import { onTestFinished } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: generated code without useful types
const { collector } = (published as any).opentelemetry.proto;
const TYPES = {
  '/v1/traces': collector.trace.v1.ExportTraceServiceRequest,
  '/v1/metrics': collector.metrics.v1.ExportMetricsServiceRequest,
  '/v1/logs': collector.logs.v1.ExportLogsServiceRequest,
};

/** A span as it arrived, with its attributes as a record. */
export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly {
    readonly name: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
  readonly status: string;
  readonly ms: number;
}

/** An OpenTelemetry receiver that keeps what arrives. `answer`: the status, or undefined to never answer. */
export async function otlpReceiver(answer: () => number | undefined = () => 200) {
  const spans: ReceivedSpan[] = [];
  const logs: { body: string; traceId: string; spanId: string }[] = [];
  const metrics: { name: string; points: { value: number; attributes: Record<string, unknown> }[] }[] = [];
  const requests: { path: string; headers: Record<string, unknown>; bytes: Buffer }[] = [];
  const resources: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      const path = request.url as keyof typeof TYPES;
      requests.push({ path, headers: request.headers, bytes });
      const status = answer();
      if (status === 200) keep(TYPES[path].toObject(TYPES[path].decode(bytes), READABLE));
      if (status !== undefined)
        response.writeHead(status, { 'Content-Type': 'application/x-protobuf' }).end();
    });
  });
  // biome-ignore lint/suspicious/noExplicitAny: the shape is that of the published protobuf
  const keep = (message: any) => {
    for (const each of message.resourceSpans ?? message.resourceMetrics ?? message.resourceLogs) {
      resources.push(record(each.resource.attributes));
      for (const scope of each.scopeSpans ?? [])
        for (const span of scope.spans)
          spans.push({
            ...{ name: span.name, kind: span.kind, status: span.status?.code ?? '' },
            ...{ traceId: hex(span.traceId), spanId: hex(span.spanId), parentSpanId: hex(span.parentSpanId) },
            attributes: record(span.attributes),
            // biome-ignore lint/suspicious/noExplicitAny: as above
            events: span.events.map((event: any) => ({
              name: event.name,
              attributes: record(event.attributes),
            })),
            ms: Number((BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1_000_000n),
          });
      for (const scope of each.scopeLogs ?? [])
        for (const log of scope.logRecords)
          logs.push({ body: log.body.stringValue, traceId: hex(log.traceId), spanId: hex(log.spanId) });
      for (const scope of each.scopeMetrics ?? [])
        for (const metric of scope.metrics) {
          const { dataPoints } = metric.sum ?? metric.gauge ?? metric.histogram;
          metrics.push({
            name: metric.name,
            // biome-ignore lint/suspicious/noExplicitAny: as above
            points: dataPoints.map((point: any) => ({
              value: Number(point.asInt ?? point.asDouble ?? point.sum),
              attributes: record(point.attributes),
            })),
          });
        }
    }
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, spans, logs, metrics, requests, resources };
}

const READABLE = { longs: String, enums: String, bytes: String, arrays: true };

/** The ids are bytes, shown as base64. */
const hex = (text = '') => Buffer.from(text, 'base64').toString('hex');

// biome-ignore lint/suspicious/noExplicitAny: as above
function record(attributes: any[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
