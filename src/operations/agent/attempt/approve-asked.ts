import { visibleText } from '../../../base/plain-text.ts';
import { openApprovals } from '../../../journal/decisions/approvals.ts';
import { EXIT, RunbookError } from '../../../model/diagnostic.ts';
import type { ApproveReport } from '../../../model/report.ts';
import type { World } from '../../../world.ts';
import { openWorkspace } from '../workspace.ts';
import { approvalKey } from './permission.ts';

/**
 * Shows what an agent last asked to run for a step, whole and as it would run, and asks the person at the terminal. What
 * is approved is the hash of what was shown, whatever else the journal may say.
 * @throws RunbookError 3 where nobody can be asked or the person says no, 64 where nothing was asked
 */
export async function approveAsked(world: World, file: string, step: string): Promise<ApproveReport> {
  const { store, box, document } = await openWorkspace({ world, file });
  const asked = store.of('approval').findLast((each) => each.step === step);
  if (!asked)
    throw refused(
      'nothing-asked',
      `No agent has asked to run a step ${step} here.`,
      'The agent’s answer names the step.',
      EXIT.usage,
    );
  if (!world.person)
    throw refused(
      'not-approved',
      'Nothing was approved: there is no person at a terminal here.',
      'Run the same command on a terminal.',
      EXIT.person,
    );
  const { script, inputs } = asked;
  const hash = approvalKey(box.id, { script, inputs });
  const approvals = openApprovals(world.folders.person);
  const already = await approvals.isApproved(hash);
  if (!already) {
    const values = Object.entries(inputs).map(([name, value]) => `${name}=${value}`);
    const shown = visibleText([...values, script].join('\n'));
    const yes = await world.person.confirm(`${shown}\n\nMay this run on ${box.name}?`);
    if (!yes)
      throw refused(
        'not-approved',
        'Nothing was approved: the person said no.',
        'Tell the agent what you would accept.',
        EXIT.person,
      );
    const at = new Date(world.now()).toISOString();
    await approvals.approve({ hash, document: document.path, how: 'command', at });
  }
  return { file, hash, already, fences: 1, shellChecks: 0 };
}

function refused(code: string, message: string, remedy: string, exit: 3 | 64): RunbookError {
  return new RunbookError([{ code, severity: 'error', message, remedy }], exit);
}
