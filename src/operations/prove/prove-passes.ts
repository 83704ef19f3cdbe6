import type { LaunchedBox } from '../../boxes/find-box.ts';
import type { PassSummary } from '../../model/outcome.ts';
import type { ProveReport, ReplayReport, VerifyReport } from '../../model/reports/report.ts';
import type { OperationContext } from '../operation.ts';
import { replayInput } from '../replay-flags.ts';
import { replayBox } from '../session/replay-box.ts';
import type { ApprovedDocument } from '../session/session.ts';
import { verify, verifyPrepared } from '../verify.ts';
import { cleanBoxLacks } from './clean-box-lacks.ts';

/** Flags of `runbook prove`. */
export interface ProveFlags {
  readonly file: string;
  readonly input: Readonly<Record<string, string>>;
  readonly envFile?: string;
  readonly yes: boolean;
  readonly keep: boolean;
}

/** The result of the passes on a clean box. Proven if no reason against it was found. */
export interface Passes extends Pick<ProveReport, 'outcome' | 'reasons' | 'first' | 'checks' | 'second'> {}

/** One pass, every check, and the pass again; stops at the first failure. Asks no questions. */
export async function provePasses(
  context: OperationContext,
  { approved, ...prepared }: ApprovedDocument,
  box: LaunchedBox,
  { file, input, envFile }: ProveFlags,
): Promise<Passes> {
  const { person: _, ...world } = context.world;
  const alone = { ...context, world, within: 'prove' };
  const flags = { file, input, on: box.name, yes: true, ...(envFile === undefined ? {} : { envFile }) };
  const pass = () => replayBox(alone, prepared, replayInput.parse(flags), { approved });

  const first = await pass().catch((error: unknown) => {
    throw cleanBoxLacks(error, box.image);
  });
  const foundTooEarly = first.summary.outcome === 'done' ? foundReasons(first) : [];
  if (first.summary.outcome !== 'done' || foundTooEarly.length > 0) {
    return failed(first.summary, [...passReasons('first', first), ...foundTooEarly], {
      first: first.summary,
    });
  }
  const checked = await verifyPrepared(alone, prepared, verify.input.parse(flags), approved);
  const excluded = new Set(
    prepared.plan.steps.filter(({ step }) => step.excluded).map(({ step }) => step.id),
  );
  const failedChecks = checkReasons({
    ...checked,
    steps: checked.steps.filter(({ id }) => !excluded.has(id)),
  });
  const soFar = { first: first.summary, checks: checked.summary };
  if (failedChecks.length > 0) return failed(first.summary, failedChecks, soFar);

  const second = await pass();
  const secondReasons = [...passReasons('second', second), ...actedReasons(second)];
  const all = { ...soFar, second: second.summary };
  return secondReasons.length > 0
    ? failed(second.summary, secondReasons, all)
    : { outcome: 'proven', reasons: [], ...all };
}

function failed(
  { outcome }: PassSummary,
  reasons: readonly string[],
  results: Pick<Passes, 'first' | 'checks' | 'second'>,
): Passes {
  return { outcome: outcome === 'done' ? 'failed' : outcome, reasons, ...results };
}

function passReasons(which: string, { summary, steps }: ReplayReport): string[] {
  if (summary.outcome === 'done') return [];
  if (summary.outcome === 'aborted') return ['The pass was stopped.'];
  return steps.flatMap(({ id, outcome }) =>
    outcome.kind === 'failed' || outcome.kind === 'person'
      ? [`The ${which} pass stopped at ${id}: ${outcome.failure.message}`]
      : [],
  );
}

/** On a clean box a step is not done yet. A Verify that passes anyway does not depend on the step. */
function foundReasons({ steps }: ReplayReport): string[] {
  return steps.flatMap(({ id, outcome }) =>
    outcome.kind === 'skipped' && outcome.reason === 'found'
      ? [
          `The Verify of ${id} passed on the clean box before the step had acted (${outcome.detail}), so it does not test the step.`,
        ]
      : [],
  );
}

function checkReasons({ steps, endpoints }: VerifyReport): string[] {
  const results = [
    ...steps
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
      .flatMap(({ id, checks }) => checks.map((check) => ({ id, check }))),
    ...endpoints.flatMap(({ name, result }) => (result ? [{ id: name, check: result }] : [])),
  ];
  return results
    .filter(({ check }) => check.verdict !== 'pass')
    .map(({ id, check }) => `After the pass, a check of ${id} fails: ${check.check}: ${check.observed}.`);
}

function actedReasons({ steps }: ReplayReport): string[] {
  return steps.flatMap(({ id, outcome }) =>
    outcome.kind === 'acted'
      ? [
          `The second pass acted again at ${id} (${outcome.reason}): its Verify fails, or it has no Verify that can pass.`,
        ]
      : [],
  );
}
