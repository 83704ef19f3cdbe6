import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { SeverityNumber } from '@opentelemetry/api-logs';
import { type Failure, isInterruption, type StepOutcome } from '../model/outcome.ts';
import type { RecordEnd, RecordHead, RecordLine } from '../model/pass-record.ts';
import { openExporters } from './exporters.ts';
import type { TraceContext } from './trace-context.ts';

/** A recorded pass, and what is known about it beyond its record. */
export interface SentPass {
  readonly head: RecordHead;
  readonly lines: readonly RecordLine[];
  readonly end: RecordEnd | undefined;
  readonly place: TraceContext;
  /** Passes of this folder that still run. */
  readonly active: number;
  /** `vcs.*` and the page, where they are known. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What was sent, and why something did not arrive. */
export interface SentTelemetry {
  readonly spans: number;
  readonly logs: number;
  readonly failures: readonly string[];
}

/**
 * Sends a pass as a trace, with the semantic conventions for CI/CD of OpenTelemetry: the pass is a span, each step a span
 * below it, each Fix one below its step; checks and guards are events. Texts of shell checks are left out, because they are
 * command lines. Never throws for what the receiver does.
 */
export async function sendPass(version: string, pass: SentPass): Promise<SentTelemetry> {
  const trace = new PassTrace(version, pass);
  for (const line of pass.lines) trace.add(line);
  return await trace.end();
}

class PassTrace {
  readonly #exporters: ReturnType<typeof openExporters>;
  readonly #root: Span;
  readonly #began: number;
  /** Spans that have not ended, by part. */
  readonly #open = new Map<string, Span>();
  readonly #titles = new Map<string, string>();
  readonly #used = new Map<string, number>();
  #nextSpanId = '';
  #now: number;
  #error: string | undefined;
  #spans = 0;
  #logs = 0;

  constructor(
    version: string,
    private readonly pass: SentPass,
  ) {
    const { head, place, attributes } = pass;
    this.#began = Date.parse(head.at);
    this.#now = this.#began;
    this.#exporters = openExporters({ version, traceId: place.traceId, nextSpanId: () => this.#nextSpanId });
    const parent = place.parent && trace.setSpanContext(ROOT_CONTEXT, { ...place.parent, isRemote: true });
    this.#root = this.#start('', `RUN ${head.name}`, {
      context: parent ?? ROOT_CONTEXT,
      kind: SpanKind.SERVER,
      attributes: {
        'cicd.pipeline.name': head.name,
        'cicd.pipeline.action.name': 'RUN',
        'cicd.pipeline.run.id': head.id,
        'deployment.environment.name': head.box,
        'runbook.verb': head.verb,
        'runbook.started_by': head.by.kind,
        ...attributes,
      },
    });
  }

  add(line: RecordLine): void {
    this.#now = 'at' in line ? Date.parse(line.at) : this.#began + (line.ms ?? 0);
    switch (line.type) {
      case 'pass-started':
        for (const { id, title } of line.steps) this.#titles.set(id, title);
        return;
      case 'step-started':
        this.#startStep(line.step, this.#now).setAttribute('runbook.reason', line.reason);
        return;
      case 'step-finished':
        this.#endStep(line.step, line.outcome);
        return;
      case 'output':
        this.#log(line.step, line.text);
        return;
      case 'check':
        this.#event(line.step, 'check', {
          'runbook.check.kind': line.result.kind,
          ...(line.result.kind === 'shell' ? {} : { 'runbook.check': line.result.check }),
          'runbook.check.phase': line.phase,
          'runbook.check.verdict': line.result.verdict,
          'runbook.check.waited_ms': line.result.waitedMs,
        });
        return;
      case 'fix-started':
        this.#start(fixOf(line), `Fix: ${line.title}`, {
          context: this.#below(this.#open.get(line.step)),
          attributes: { 'runbook.problem.id': line.problem, 'runbook.fix.how': line.how },
        });
        return;
      case 'fix-finished':
        this.#end(fixOf(line), { 'runbook.fix.cleared': line.cleared }, line.cleared ? undefined : 'fix');
        return;
      case 'held-back':
        this.#event(line.step, line.by, { 'runbook.code': line.code });
        return;
      case 'undone':
      case 'undo-failed':
        this.#event(line.step, line.type, { 'cicd.pipeline.task.name': line.step });
        return;
      default:
        return;
    }
  }

  async end(): Promise<SentTelemetry> {
    const { end } = this.pass;
    if (end) this.#now = Date.parse(end.at);
    const outcome = end?.outcome ?? 'interrupted';
    for (const part of [...this.#open.keys()].filter((each) => each !== '').reverse())
      this.#end(part, {}, 'interrupted');
    const error = outcome === 'done' ? undefined : (this.#error ?? outcome);
    const result = RESULTS[outcome] ?? 'error';
    this.#end('', { 'cicd.pipeline.result': result }, error);
    this.#measure(result, error);
    const failures = await this.#exporters.close();
    return { spans: this.#spans, logs: this.#logs, failures };
  }

  #measure(result: string, error: string | undefined): void {
    const { meter } = this.#exporters;
    const pipeline = {
      'cicd.pipeline.name': this.pass.head.name,
      'deployment.environment.name': this.pass.head.box,
    };
    const failed = error === undefined ? {} : { 'error.type': error };
    const running = { ...pipeline, 'cicd.pipeline.run.state': 'executing' };
    meter
      .createHistogram('cicd.pipeline.run.duration', { unit: 's' })
      .record((this.#now - this.#began) / 1000, { ...running, 'cicd.pipeline.result': result, ...failed });
    meter.createUpDownCounter('cicd.pipeline.run.active', { unit: '{run}' }).add(this.pass.active, running);
    if (error !== undefined)
      meter.createCounter('cicd.pipeline.run.errors', { unit: '{error}' }).add(1, { ...pipeline, ...failed });
    else meter.createGauge('runbook.last_success', { unit: 's' }).record(this.#now / 1000, pipeline);
  }

  #startStep(step: string, at: number): Span {
    return this.#start(step, this.#titles.get(step) ?? step, {
      at,
      context: this.#below(this.#root),
      attributes: {
        'cicd.pipeline.task.name': step,
        'cicd.pipeline.task.run.id': `${this.pass.head.id}/${step}`,
        'cicd.pipeline.task.type': 'deploy',
      },
    });
  }

  #endStep(step: string, outcome: StepOutcome): void {
    const ms = 'ms' in outcome ? outcome.ms : 0;
    if (!this.#open.has(step)) this.#startStep(step, this.#now - ms);
    const failure = 'failure' in outcome ? outcome.failure : undefined;
    const error = failure && errorTypeOf(failure);
    this.#error ??= error;
    const attributes = {
      'cicd.pipeline.task.run.result': resultOf(outcome),
      'runbook.outcome': outcome.kind,
    };
    this.#end(step, attributes, error, failure?.findings?.[0]?.title);
  }

  #start(
    part: string,
    name: string,
    {
      at = this.#now,
      context,
      kind,
      attributes,
    }: { at?: number; context: Context; kind?: SpanKind; attributes: Attributes },
  ): Span {
    // A step that acts twice in a pass has a span each time.
    const times = this.#used.get(part) ?? 0;
    this.#used.set(part, times + 1);
    this.#nextSpanId = this.pass.place.spanId(times === 0 ? part : `${part}\0${times}`);
    const span = this.#exporters.tracer.startSpan(name, { startTime: at, kind, attributes }, context);
    this.#open.set(part, span);
    this.#spans += 1;
    return span;
  }

  #end(part: string, attributes: Attributes, error: string | undefined, message?: string): void {
    const span = this.#open.get(part);
    if (!span) return;
    this.#open.delete(part);
    span.setAttributes({ ...attributes, ...(error === undefined ? {} : { 'error.type': error }) });
    if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, ...(message ? { message } : {}) });
    span.end(this.#now);
  }

  #event(step: string, name: string, attributes: Attributes): void {
    const span = this.#open.get(step) ?? this.#root;
    span.addEvent(`runbook.${name}`, { 'cicd.pipeline.task.name': step, ...attributes }, this.#now);
  }

  #log(step: string, text: string): void {
    this.#logs += 1;
    this.#exporters.logger.emit({
      timestamp: this.#now,
      severityNumber: SeverityNumber.INFO,
      body: text,
      attributes: { 'cicd.pipeline.task.name': step },
      context: this.#below(this.#open.get(step)),
    });
  }

  #below(span: Span | undefined): Context {
    return trace.setSpan(ROOT_CONTEXT, span ?? this.#root);
  }
}

/** `cicd.pipeline.result` by outcome; else `error`: it waits for a person, or its process was killed. */
const RESULTS: Readonly<Record<string, string>> = {
  done: 'success',
  failed: 'failure',
  aborted: 'cancellation',
};

function resultOf(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case 'acted':
      return 'success';
    case 'skipped':
    case 'not-reached':
      return 'skip';
    case 'failed':
      if (outcome.failure.kind === 'timeout') return 'timeout';
      return isInterruption(outcome.failure) ? 'cancellation' : 'failure';
    case 'person':
      return 'error';
  }
}

/** The finding that explains it best. */
const errorTypeOf = ({ findings, kind }: Failure) => findings?.[0]?.code ?? kind;

const fixOf = ({ step, problem }: { readonly step: string; readonly problem: string }) =>
  `${step}\0fix\0${problem}`;
