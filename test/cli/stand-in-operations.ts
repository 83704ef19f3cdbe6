import { z } from 'zod';
import { EXIT, RunbookError } from '../../src/model/diagnostic.ts';
import type { PassSummary, RunEvent, StepOutcome } from '../../src/model/outcome.ts';
import type { OperationRow } from '../../src/operations/all.ts';
import {
  defineOperation,
  type Operation,
  type OperationBody,
  type OperationContext,
} from '../../src/operations/operation.ts';
import * as samples from './samples.ts';

const file = z
  .string()
  .default('AUTODOCK.md')
  .describe('the runbook')
  .meta({ positional: true, placeholder: 'FILE' });

const replayInput = z.object({
  file,
  play: z
    .enum(['all', 'long', 'many', 'ask', 'throw', 'defect', 'trickle', 'deaf'])
    .default('all')
    .describe('what happens'),
  from: z.string().optional().describe('start at this step').meta({ placeholder: 'ID' }),
  input: z.record(z.string(), z.string()).default({}).describe('give a variable').meta({ repeat: true }),
  only: z.array(z.string()).default([]).describe('walk these alone').meta({ placeholder: 'ID' }),
  envFile: z.string().optional().describe('read values from this file').meta({ placeholder: 'FILE' }),
  jobs: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe('how many at once')
    .meta({ placeholder: 'N' }),
  on: z.string().optional().describe('the box').meta({ placeholder: 'BOX' }),
  sudo: z.boolean().default(true).describe('never ask for root'),
  dryRun: z.boolean().default(false).describe('say what would be done'),
});

const replay = defineOperation({
  description: 'Walks the steps.\n\nAfter any failure the same command goes on.',
  examples: ['runbook replay AUTODOCK.md'],
  input: replayInput,
  run: (context, input) => perform(context, input),
  exit: (report: { summary: PassSummary }) => (report.summary.outcome === 'done' ? EXIT.done : EXIT.failed),
});

type Played = z.infer<typeof replayInput>;

async function perform(context: OperationContext, input: Played) {
  switch (input.play) {
    case 'all':
      for (const event of samples.story) context.emit(event);
      return samples.replayReport;
    case 'throw':
      throw new RunbookError(
        [
          {
            code: 'no-such-file',
            severity: 'error',
            message: 'there is no AUTODOCK.md',
            remedy: 'Name a file.',
          },
        ],
        EXIT.document,
      );
    case 'defect':
      throw new TypeError('a hole in the floor');
    case 'ask':
      return await asking(context);
    case 'long':
      return await long(context, input.jobs, 4, 1500);
    case 'many':
      return await long(context, 8, 1000, 40);
    case 'deaf':
      return await long({ ...context, signal: new AbortController().signal }, 1, 4, 5000);
    case 'trickle':
      return await long(context, 1, 2000, 1);
  }
}

const now = () => new Date().toISOString();
const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    if (signal.aborted) done();
  });

async function long({ emit, signal }: OperationContext, jobs: number, number: number, ms: number) {
  const started = Date.now();
  const steps = Array.from({ length: number }, (_, index) => ({
    id: `step-${index + 1}`,
    title:
      index % 3
        ? `Step ${index + 1}`
        : `配置するステップ ${index + 1} with quite a long title that says a lot 🚀`,
    kind: 'step' as const,
  }));
  emit({
    type: 'pass-started',
    at: now(),
    pass: 'p',
    file: 'AUTODOCK.md',
    name: 'A long pass',
    box: 'local',
    resumed: false,
    steps,
  });
  const queue = [...steps];
  const outcomes = new Map<string, StepOutcome>();
  const end = (step: string, title: string, outcome: StepOutcome) => {
    outcomes.set(step, outcome);
    emit({ type: 'step-finished', at: now(), step, title, outcome });
  };
  const worker = async () => {
    for (let step = queue.shift(); step; step = queue.shift()) {
      if (signal.aborted) {
        end(step.id, step.title, { kind: 'not-reached', because: 'the pass was stopped' });
        continue;
      }
      emit({ type: 'step-started', at: now(), step: step.id, title: step.title, reason: 'new' });
      for (let line = 1; line <= 8 && !signal.aborted; line++) {
        emit({
          type: 'output',
          step: step.id,
          text: `\u001b[32mline ${line}\u001b[0m of ${step.id}, ${'which goes on '.repeat(9)}\n`,
        });
        await pause(ms / 8, signal);
      }
      const acted: StepOutcome = { kind: 'acted', reason: 'new', ms, checks: [], fixes: [] };
      end(
        step.id,
        step.title,
        signal.aborted
          ? {
              kind: 'failed',
              reason: 'new',
              ms,
              fixes: [],
              failure: {
                ...samples.failure,
                kind: 'aborted',
                message: 'stopped',
                outputTail: '',
                checks: [],
                knownProblems: [],
              },
            }
          : acted,
      );
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  const kinds = (kind: string) => [...outcomes.values()].filter((outcome) => outcome.kind === kind).length;
  const summary: PassSummary = {
    outcome: signal.aborted ? 'aborted' : 'done',
    acted: kinds('acted'),
    skipped: 0,
    failed: kinds('failed'),
    person: kinds('person'),
    notReached: kinds('not-reached'),
    fixes: 0,
    ms: Date.now() - started,
    resumed: false,
  };
  const next = signal.aborted ? 'runbook replay AUTODOCK.md goes on where it stopped' : '';
  const last: RunEvent = { type: 'pass-finished', at: now(), summary, next };
  emit(last);
  return {
    file: 'AUTODOCK.md',
    name: 'A long pass',
    box: 'local',
    summary,
    steps: steps.map(({ id, title }) => ({ id, title, outcome: outcomes.get(id)! })),
    next,
  };
}

/** Asks in the middle of a pass. */
async function asking({ world, emit, signal }: OperationContext) {
  emit({ ...(samples.story[0] as Extract<RunEvent, { type: 'pass-started' }>) });
  await pause(300, signal);
  const secret = await world.person?.ask('REGISTRY_PASS:', { secret: true });
  const allowed = await world.person?.confirm('Go on?');
  const answer = await world.person?.choose('Then?', ['yes', 'no', 'quit']);
  emit({ type: 'step-started', at: now(), step: 'argo', title: 'Argo Workflows', reason: 'new' });
  emit({ type: 'output', step: 'argo', text: `${secret?.length} letters, ${allowed}, ${answer}\n` });
  await pause(300, signal);
  emit({
    type: 'step-finished',
    at: now(),
    step: 'argo',
    title: 'Argo Workflows',
    outcome: {
      kind: 'skipped',
      reason: 'declined',
      ms: 1,
      checks: [],
      detail: `${secret?.length} letters, ${allowed}, ${answer}`,
    },
  });
  emit({
    type: 'pass-finished',
    at: now(),
    summary: { ...samples.summary, outcome: 'done', failed: 0 },
    next: '',
  });
  return { ...samples.replayReport, summary: { ...samples.summary, outcome: 'done' as const } };
}

const answering = (
  name: string,
  effect: Operation['effect'],
  report: unknown,
  { exit = 0, input = { file } }: { exit?: 0 | 2; input?: z.ZodRawShape } = {},
): Operation => ({
  name,
  summary: `the answer of ${name}`,
  description: `Answers a sample of ${name}.`,
  examples: [`runbook ${name}`],
  effect,
  input: z.object(input),
  run: async () => report,
  exit: () => exit,
});

const stand: readonly Operation[] = [
  {
    name: 'replay',
    summary: 'bring the box to what the runbook says, in one pass',
    effect: 'act',
    ...(replay as unknown as OperationBody),
  },
  answering('plan', 'read', samples.planReport),
  answering('verify', 'read', samples.verifyReport, { exit: 2 }),
  answering('lint', 'read', samples.lintReport),
  answering(
    'history',
    'read',
    {},
    {
      input: { id: z.string().optional().describe('a pass').meta({ positional: true, placeholder: 'PASS' }) },
    },
  ),
  answering(
    'logs',
    'read',
    {},
    {
      input: {
        step: z.string().optional().describe('a step').meta({ positional: true, placeholder: 'STEP' }),
        pass: z.string().optional().describe('a pass').meta({ placeholder: 'PASS' }),
      },
    },
  ),
  answering('status', 'read', samples.statusReport),
  answering('undo', 'act', samples.undoReport),
  answering('facts', 'act', samples.factsReport, { exit: 2 }),
  answering('approve', 'write', samples.approveReport),
  answering('init', 'write', samples.initReport),
  answering('box open', 'act', { box: 'web' }),
  answering('box status', 'read', { box: 'web' }),
  answering(
    'box stop',
    'act',
    { box: 'web' },
    {
      input: { box: z.string().describe('a box').meta({ positional: true, placeholder: 'BOX' }) },
    },
  ),
];

/** The list of verbs, with operations that answer samples; what a pass does, `--play` says. */
export const standInOperations: readonly OperationRow[] = stand.map((operation) => ({
  name: operation.name,
  summary: operation.summary,
  effect: operation.effect,
  load: async () => operation,
}));
