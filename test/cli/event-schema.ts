import { z } from 'zod';
import type { RunEvent } from '../../src/model/outcome.ts';

// The schema that docs/events.md describes, strict, so that a field which is not documented fails a test.

const place = z.strictObject({ file: z.string(), line: z.int().positive(), column: z.int().positive() });

const diagnostic = z.strictObject({
  code: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string().min(1),
  remedy: z.string(),
  place: place.optional(),
  cause: z.string().optional(),
});

const check = z.strictObject({
  check: z.string(),
  kind: z.enum(['probe', 'shell', 'output', 'file', 'cluster', 'background']),
  verdict: z.enum(['pass', 'fail', 'unknown']),
  observed: z.string(),
  expected: z.string(),
  class: z.string(),
  place,
  waitedMs: z.number().nonnegative(),
});

const actReason = z.enum([
  'new',
  'edited',
  'inputs-changed',
  'failed-before',
  'interrupted',
  'needs-acted',
  'drifted',
  'forced',
  'state-needed',
  'obstacle',
]);

const skipReason = z.enum(['confirmed', 'found', 'not-applicable', 'not-selected', 'no-symptom', 'declined']);

const failure = z.strictObject({
  kind: z.string(),
  message: z.string().min(1),
  remedy: z.string(),
  place,
  exitCode: z.int().optional(),
  outputTail: z.string(),
  wholeOutput: z.strictObject({ lines: z.int(), command: z.string() }).optional(),
  checks: z.array(check),
  findings: z.array(z.strictObject({ code: z.string(), title: z.string(), remedy: z.string() })).optional(),
  knownProblems: z.array(
    z.strictObject({ id: z.string(), title: z.string(), place, fix: z.string(), applied: z.boolean() }),
  ),
});

const boxOutcome = z.enum(['done', 'failed', 'person', 'aborted', 'refused', 'not-started']);

const ms = z.number().nonnegative();

const outcome = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('acted'),
    reason: actReason,
    ms,
    checks: z.array(check),
    fixes: z.array(z.string()),
  }),
  z.strictObject({
    kind: z.literal('skipped'),
    reason: skipReason,
    ms,
    checks: z.array(check),
    detail: z.string(),
  }),
  z.strictObject({ kind: z.literal('failed'), reason: actReason, ms, failure, fixes: z.array(z.string()) }),
  z.strictObject({ kind: z.literal('person'), ms, failure }),
  z.strictObject({ kind: z.literal('not-reached'), because: z.string() }),
]);

const summary = z.strictObject({
  outcome: z.enum(['done', 'failed', 'person', 'aborted']),
  acted: z.int(),
  skipped: z.int(),
  failed: z.int(),
  person: z.int(),
  notReached: z.int(),
  interrupted: z.int().optional(),
  fixes: z.int(),
  ms,
  resumed: z.boolean(),
});

const at = z.iso.datetime();
const endpoints = z.array(z.strictObject({ name: z.string(), target: z.string() })).optional();
const named = { step: z.string(), title: z.string() };

/** One line of `replay --json`. */
export const eventLine = z.discriminatedUnion('type', [
  z.strictObject({
    version: z.literal(1).optional(),
    type: z.literal('pass-started'),
    at,
    pass: z.string(),
    file: z.string(),
    name: z.string(),
    box: z.string(),
    resumed: z.boolean(),
    steps: z.array(z.strictObject({ id: z.string(), title: z.string(), kind: z.enum(['step', 'problem']) })),
  }),
  z.strictObject({ version: z.literal(1).optional(), type: z.literal('diagnostic'), diagnostic }),
  z.strictObject({ type: z.literal('step-started'), at, ...named, reason: actReason }),
  z.strictObject({ type: z.literal('output'), step: z.string(), text: z.string() }),
  z.strictObject({
    type: z.literal('check'),
    step: z.string(),
    phase: z.enum(['before', 'after']),
    result: check,
  }),
  z.strictObject({
    type: z.literal('fix-started'),
    ...named,
    problem: z.string(),
    how: z.enum(['reactive', 'in-pass']),
  }),
  z.strictObject({
    type: z.literal('fix-finished'),
    step: z.string(),
    problem: z.string(),
    cleared: z.boolean(),
    message: z.string(),
  }),
  z.strictObject({ type: z.literal('step-finished'), at, ...named, outcome }),
  z.strictObject({ type: z.literal('pass-finished'), at, summary, next: z.string(), endpoints }),
  z.strictObject({
    version: z.literal(1).optional(),
    type: z.literal('fleet-started'),
    at,
    file: z.string(),
    name: z.string(),
    targets: z.array(z.string()),
    steps: z.int().nonnegative(),
    forks: z.int().positive(),
    canary: z.int().nonnegative(),
  }),
  z.strictObject({ type: z.literal('box-started'), at, target: z.string() }),
  z.strictObject({
    type: z.literal('box-finished'),
    at,
    target: z.string(),
    outcome: boxOutcome,
    ms,
    message: z.string(),
  }),
  z.strictObject({
    type: z.literal('fleet-finished'),
    at,
    summary: z.strictObject({
      outcome: z.enum(['done', 'failed', 'person', 'aborted']),
      boxes: z.record(boxOutcome, z.int().nonnegative()),
      ms,
      because: z.string().optional(),
    }),
    next: z.string(),
  }),
]);

/** An event of a box's pass in a fleet: the same, and whose it is. */
export const fleetLine = z
  .looseObject({ type: z.string(), target: z.string().optional() })
  .transform(({ target, ...event }) => {
    const ofFleet = ['box-started', 'box-finished'].includes(event.type);
    return { target, event: eventLine.parse(ofFleet ? { ...event, target } : event) };
  });

/** The one line of a command that could not do its work. */
export const errorLine = z.strictObject({
  type: z.literal('error'),
  diagnostics: z.array(diagnostic).min(1),
  exit: z.int().positive(),
});

type Undocumented = Exclude<RunEvent['type'], z.infer<typeof eventLine>['type']>;
/** An event that the model knows and the schema does not fails to compile here. @public */
export const nothingUndocumented: [Undocumented] extends [never] ? true : Undocumented = true;
