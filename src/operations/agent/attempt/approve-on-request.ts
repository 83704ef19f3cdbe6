import { EXIT, type RunbookError, runbookError } from '../../../model/diagnostic.ts';
import type { ApproveReport } from '../../../model/reports/report.ts';
import { closureHash } from '../../../plan/closure-hash.ts';
import { closureText } from '../../../plan/closure-text.ts';
import { approvalRecord, approvalsOf } from '../../approval/approval.ts';
import { askedClosure } from '../../asks/asked-closure.ts';
import { ONCE_MS } from '../../asks/decide.ts';
import type { OperationContext } from '../../operation.ts';
import { openWorkspace } from '../workspace.ts';

/**
 * Determines what an agent last asked to run for a step, shows it in full, and asks the person at the terminal. The
 * approval is the hash of what is shown, whatever the journal says.
 * @throws RunbookError 3 without a terminal or if the person declines, 64 if nothing was asked
 */
export async function approveOnRequest(
  context: Pick<OperationContext, 'world' | 'signal'>,
  file: string,
  step: string,
): Promise<ApproveReport> {
  const { world } = context;
  const workspace = await openWorkspace({ world, file });
  const asked = workspace.store.of('approval').findLast((each) => each.step === step);
  if (!asked)
    throw refused(
      'nothing-asked',
      `No agent has requested the step ${step} here.`,
      'Use the step id from the agent’s answer.',
      EXIT.usage,
    );
  if (!world.person)
    throw refused(
      'not-approved',
      'Nothing was approved: a person must answer in a terminal, and none is attached.',
      'Run the same command in a terminal.',
      EXIT.person,
    );
  const closure = await askedClosure(context, workspace, asked);
  const { place } = closure;
  const hash = closureHash(closure);
  const report = { file, hash, fences: closure.parts.length, shellChecks: 0, box: place.boxName };
  const approvals = approvalsOf(world);
  const known = await approvals.find(hash, place);
  if (known) return { ...report, already: true, id: known.id };
  const began = world.now();
  const question = `${closureText(closure, 'terminal')}\n\nMay an agent run this on ${place.boxName}?`;
  const answer = await world.person.choose(question, [
    'yes, once',
    'no',
    'always (exactly this, in this project on this box)',
  ]);
  if (!/^[ya]/.test(answer))
    throw refused(
      'not-approved',
      'Nothing was approved: you answered no.',
      'Tell the agent what you would accept instead.',
      EXIT.person,
    );
  const now = world.now();
  const given = { how: 'command', at: new Date(now).toISOString(), latencyMs: now - began };
  const record = await approvals.give(
    answer.startsWith('a')
      ? approvalRecord(closure, { ...given, scope: 'project' })
      : approvalRecord(closure, { ...given, scope: 'once', until: new Date(now + ONCE_MS).toISOString() }),
  );
  return { ...report, already: false, id: record.id };
}

function refused(code: string, message: string, remedy: string, exit: 3 | 64): RunbookError {
  return runbookError({ code, message, remedy }, exit);
}
