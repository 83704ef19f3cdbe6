import { createHash } from 'node:crypto';

type Env = Readonly<Record<string, string | undefined>>;

/** Where a pass is in a trace: its ids follow from its record, so that another process finds the same ones. */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** From `TRACEPARENT`: the span that started the pass. */
  readonly parent?: { readonly traceId: string; readonly spanId: string; readonly traceFlags: number };
  /** 16 hexadecimal digits for a part of the pass, such as a step; the empty name is the pass. */
  spanId(part: string): string;
}

/** Whether the standard variables name a receiver. */
export function isTelemetryOn(env: Env): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  return (['TRACES', 'METRICS', 'LOGS'] as const).some((signal) => isSignalOn(env, signal));
}

/** A signal without a receiver stays on the box. */
export function isSignalOn(env: Env, signal: 'TRACES' | 'METRICS' | 'LOGS'): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]: own } = env;
  return Boolean(own || all);
}

/** The place of a recorded pass; `TRACEPARENT` as in W3C Trace Context. */
export function traceContextOf(
  env: Env,
  place: { readonly folder: string; readonly id: string },
): TraceContext {
  const digest = (part: string) =>
    createHash('sha256').update([place.folder, place.id, part].join('\0')).digest('hex');
  const parent = parentIn(env.TRACEPARENT);
  return {
    traceId: parent?.traceId ?? digest('trace').slice(0, 32),
    ...(parent ? { parent } : {}),
    spanId: (part) => digest(`span ${part}`).slice(0, 16),
  };
}

/** What a program in a step reads as `TRACEPARENT`, so that its own spans are below the step's. */
export function traceparentOf({ traceId, parent, spanId }: TraceContext, step: string): string {
  const flags = (parent?.traceFlags ?? 1).toString(16).padStart(2, '0');
  return `00-${traceId}-${spanId(step)}-${flags}`;
}

function parentIn(text = ''): TraceContext['parent'] {
  const match =
    /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/.exec(text);
  if (!match) return undefined;
  return { traceId: match[1]!, spanId: match[2]!, traceFlags: Number.parseInt(match[3]!, 16) };
}
