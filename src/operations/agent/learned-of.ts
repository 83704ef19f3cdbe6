import type { Fold } from '../../journal/fold.ts';
import type { FoldedProblem } from '../../journal/fold-problems.ts';
import type { Learned, LearnedProblem, LearnedStep } from '../../markdown/learned.ts';
import { slugOf } from '../../markdown/slug.ts';
import type { DraftFence } from '../../model/attempt.ts';
import type { Desk } from './desk.ts';
import { symptomOf, titleOf } from './symptom.ts';

/** The fold as entries of the document. While a Why is missing, only problems whose step stands there are written. */
export async function learnedOf(desk: Desk, fold: Fold): Promise<Learned> {
  const date = (attempt: string) => dayOf(desk, attempt);
  const complete = fold.withheld.length === 0;
  const written = new Set(desk.document.runbook.steps.map(({ id }) => id));
  const steps: LearnedStep[] = fold.steps.map(({ step, body, kind, after, attempt }) => ({
    ...{ id: step, body, kind },
    ...(after === undefined ? {} : { after }),
    note: { date: date(attempt), from: [attempt] },
  }));
  const ready = fold.problems.filter((each) => complete || written.has(each.for));
  return { ...(complete ? { steps } : {}), problems: ready.map((each) => problemEntry(desk, each)) };
}

function problemEntry(desk: Desk, folded: FoldedProblem): LearnedProblem {
  const { problem, fix, placement, revised } = folded;
  const failure = desk.store.loop.attempts.findLast((each) => problem.failures.includes(each.attempt));
  const link = linkTo(desk, folded);
  const fences = fix.flatMap(({ body }) => body.run);
  return {
    title: problem.title ?? titleOf(failure, folded),
    for: folded.for,
    symptom: problem.symptom ?? symptomOf(failure),
    why: problem.why ?? '',
    fix: fences,
    ...(fences.length === 0
      ? { fixText: revised ? `changed in ${link}.` : `nothing had to be done; ${link} was run again.` }
      : {}),
    verify: fences.length === 0 ? [] : verifyOf(folded),
    placement,
    note: {
      date: dayOf(desk, problem.clearedBy ?? problem.openedBy),
      from: [problem.id, ...fix.map(({ attempt }) => attempt)],
    },
  };
}

/** The checks that tell the obstacle, not the goal. */
export function verifyOf({ verify }: Pick<FoldedProblem, 'verify'>): DraftFence[] {
  const telling = verify.filter(
    ({ failedBefore, holdsAfter }) => failedBefore !== 'no' && holdsAfter !== 'no',
  );
  const lines = [...new Set(telling.map(({ check }) => check.replace(/\s+within\s+\S+$/, '')))];
  return lines.length === 0 ? [] : [{ lang: 'check', text: `${lines.join('\n')}\n`, attributes: {} }];
}

function linkTo(desk: Desk, { for: step }: FoldedProblem): string {
  const written = desk.document.runbook.steps.find(({ id }) => id === step)?.title;
  const title =
    written ?? desk.store.loop.attempts.findLast((each) => each.step === step)?.body.title ?? step;
  return `[${title}](#${slugOf(title)})`;
}

function dayOf({ store }: Desk, attempt: string): string {
  const at = store.loop.attempts.find((each) => each.attempt === attempt)?.startedAt ?? 0;
  return new Date(at).toISOString().slice(0, 10);
}
