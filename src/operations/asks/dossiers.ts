import { plainText } from '../../base/plain-text.ts';
import type { Attempt } from '../../loop/attempt.ts';
import type { ProblemRecord } from '../../loop/loop.ts';
import type { Dossier } from '../../model/ask.ts';
import { openWorkspace, type Workspace } from '../agent/workspace.ts';
import type { OperationContext } from '../operation.ts';

/** Open questions of the document, and the problems that wait for a person. */
export async function listQuestions(
  { world }: Pick<OperationContext, 'world'>,
  file: string,
): Promise<{ questions: Workspace['document']['runbook']['questions']; dossiers: Dossier[] }> {
  const workspace = await openWorkspace({ world, file });
  const stopped = workspace.store.loop.problems.filter(({ state }) => state === 'stopped');
  return {
    questions: workspace.document.runbook.questions,
    dossiers: stopped.map((each) => dossierOf(workspace, each)),
  };
}

function dossierOf({ store }: Workspace, problem: ProblemRecord): Dossier {
  const { attempts, guards } = store.loop;
  const opened = attempts.find((each) => each.attempt === problem.openedBy);
  const tried = attempts.filter((each) => each.seq >= (opened?.seq ?? 0) && each.box === problem.box);
  return {
    problem: problem.id,
    title: plainText(problem.title ?? problem.failedChecks[0] ?? `Problem of ${problem.steps.join(', ')}`),
    question: plainText(problem.reason ?? ''),
    attempts: tried.map(rowOf),
    guards: guards
      .filter((each) => each.problem === problem.id)
      .map(({ code, verdict, reason }) => `A guard said ${verdict} (${code}): ${reason}`),
  };
}

function rowOf({
  attempt,
  step,
  status,
  durationMs,
  changed,
  findings,
  outputTail,
}: Attempt): Dossier['attempts'][number] {
  return {
    ...{ attempt, step, status, ms: durationMs, outputTail: plainText(outputTail) },
    changed: changed
      .filter(({ scope }) => scope !== 'processes')
      .map(({ kind, subject }) => `${kind} ${plainText(subject)}`),
    findings: findings.map(({ title }) => plainText(title)),
  };
}
