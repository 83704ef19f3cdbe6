import { openApprovals } from '../journal/approvals.ts';
import type { Check } from '../model/check.ts';
import { EXIT, RunbookError } from '../model/diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';
import { approvalHash } from '../plan/hash.ts';
import type { OperationContext } from './operation.ts';
import type { Session } from './session.ts';

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

/**
 * Lets an operation run code of the document: approved by content before, or now by --yes or by the person at the terminal.
 * @throws RunbookError 3 where nobody can be asked, or the person says no.
 */
export async function requireApproval(
  { world }: OperationContext,
  session: Session,
  flags: { yes: boolean; loose: boolean },
): Promise<void> {
  if (session.approved) return;
  const { runbook } = session;
  const { fences, shellChecks } = executables(runbook);
  if (!world.person)
    throw unapproved(runbook.file, 'this content was not approved, and there is no terminal to ask at');
  // A loose document on a terminal is asked block by block instead.
  if (flags.loose && runbook.kind === 'loose') return;
  const question = `${runbook.file} would run up to ${fences} fences and ${shellChecks} shell checks on ${session.box.identity.name}. Run it?`;
  const answer = await world.person.choose(question, ['yes', 'no', 'always (remember this content)']);
  if (answer.startsWith('a')) {
    const hash = approvalHash(runbook);
    await openApprovals(world.folders.person).approve({
      hash,
      document: session.document.path,
      how: 'terminal',
      at: new Date(world.now()).toISOString(),
    });
    return;
  }
  if (!answer.startsWith('y')) throw unapproved(runbook.file, 'the person said no');
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
