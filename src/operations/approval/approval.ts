import { pluralize } from '../../base/pluralize.ts';
import { openApprovals } from '../../journal/decisions/approvals.ts';
import type { Check } from '../../model/check.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { Runbook } from '../../model/runbook.ts';
import { approvalHash } from '../../plan/hash.ts';
import type { OperationContext } from '../operation.ts';
import { requireKnownBox } from '../session/box-target.ts';
import type { Prepared } from '../session/session.ts';

/** How much of a document is code: what a person is asked to answer for. */
export interface Executables {
  readonly fences: number;
  readonly shellChecks: number;
  readonly commands: number;
}

/** Counts what would execute: fences of all steps and problems, shell checks, commands of facts and secrets. */
export function executables(runbook: Runbook): Executables {
  const isShell = (check: Check) => check.kind === 'shell';
  const sum = (count: (step: Runbook['steps'][number]) => number) =>
    runbook.steps.reduce((total, step) => total + count(step), 0);
  return {
    fences: sum((step) => step.actions.length + step.undo.length),
    shellChecks: sum((step) => [...step.verify, ...step.when].filter(isShell).length),
    commands: [...runbook.facts, ...runbook.inputs].filter((each) => each.command !== undefined).length,
  };
}

/** Whether code of the document may run without asking: approved by content before, or now by --yes. */
export async function isApproved(
  { world }: OperationContext,
  { document, others }: Prepared,
  yes: boolean,
): Promise<boolean> {
  if (yes) return true;
  const approvals = openApprovals(world.folders.person);
  for (const each of [document, ...others]) {
    if (!(await approvals.isApproved(approvalHash(each.runbook)))) return false;
  }
  return true;
}

/**
 * The same, but where it is not approved the person at the terminal is asked; `where` is what the question calls the box.
 * @throws RunbookError 3 where nobody can be asked, or the person says no.
 */
export async function requireApproval(
  context: OperationContext,
  prepared: Prepared,
  yes: boolean,
  where?: string,
): Promise<true> {
  return (await isApproved(context, prepared, yes)) || (await askPerson(context, prepared, where));
}

/**
 * The same for the box that `--on` names, which has to be there before anybody is asked.
 * @throws RunbookError as above, and where there is no such box
 */
export async function requireApprovalOn(
  context: OperationContext,
  prepared: Prepared,
  { yes, on }: { readonly yes: boolean; readonly on?: string | undefined },
): Promise<true> {
  if (await isApproved(context, prepared, yes)) return true;
  await requireKnownBox(on);
  return await askPerson(context, prepared, on);
}

async function askPerson(
  { world }: OperationContext,
  { runbook, document }: Prepared,
  where = 'this machine',
): Promise<true> {
  if (!world.person)
    throw unapproved(runbook.file, 'this content was not approved, and there is no terminal to ask at');
  // A loose document is asked block by block instead.
  if (runbook.kind === 'loose') return true;
  const { fences, shellChecks, commands } = executables(runbook);
  const question = `${runbook.file} would run up to ${pluralize(fences, 'fence')}, ${pluralize(shellChecks, 'shell check')} and ${pluralize(commands, 'command')} on ${where}. Run it?`;
  const answer = await world.person.choose(question, ['yes', 'no', 'always (remember this content)']);
  if (answer.startsWith('a')) {
    const at = new Date(world.now()).toISOString();
    await openApprovals(world.folders.person).approve({
      hash: approvalHash(runbook),
      document: document.path,
      how: 'terminal',
      at,
    });
    return true;
  }
  if (!answer.startsWith('y')) throw unapproved(runbook.file, 'the person said no');
  return true;
}

function unapproved(file: string, why: string): RunbookError {
  return new RunbookError(
    [
      {
        code: 'not-approved',
        severity: 'error',
        message: `Nothing was run: ${why}.`,
        remedy: `Read ${file}, then run "runbook approve ${file}", or add --yes for this one run.`,
        place: { file, line: 1, column: 1 },
      },
    ],
    EXIT.person,
  );
}
