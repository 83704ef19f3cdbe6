import type { DraftFence } from '../../../loop/attempt.ts';
import type { Fold } from '../../../loop/fold.ts';
import type { FoldedProblem } from '../../../loop/fold-problems.ts';
import type { Learned, LearnedProblem, LearnedStep } from '../../../markdown/record/learned.ts';
import { slugOf } from '../../../markdown/record/slug.ts';
import type { Workspace } from '../workspace.ts';
import { symptomOf, titleOf } from './symptom.ts';

/**
 * The fold as entries of the document. While a Why is missing, only problems whose step is in the document are written.
 */
export function learnedOf(workspace: Workspace, fold: Fold): Learned {
  const complete = fold.withheld.length === 0;
  const steps: LearnedStep[] = fold.steps.map(({ step, body, kind, after, attempt }) => ({
    ...{ id: step, body, kind },
    ...(after === undefined ? {} : { after }),
    note: { date: dayOf(workspace, attempt), from: [attempt] },
  }));
  const written = workspace.document.runbook.steps.map(({ id }) => id);
  const there = new Set([...written, ...(complete ? steps.map(({ id }) => id) : [])]);
  const ready = fold.problems.filter((each) => complete || there.has(each.for));
  return {
    steps: complete ? steps : [],
    problems: ready.map((each) => problemEntry(workspace, each, there.has(each.for))),
  };
}

function problemEntry(workspace: Workspace, folded: FoldedProblem, served: boolean): LearnedProblem {
  const { problem, fix, placement, revised } = folded;
  const failure = workspace.store.loop.attempts.findLast((each) => problem.failures.includes(each.attempt));
  const fences = fix.flatMap(({ body }) => body.run);
  const explanation =
    revised.length > 0
      ? `changed in ${revised.map((step) => linkTo(workspace, step)).join(', ')}.`
      : `nothing had to be done; ${linkTo(workspace, folded.for)} was run again.`;
  const attempts = fix.map(({ attempt }) => attempt);
  return {
    title: problem.title ?? titleOf(failure, folded),
    ...(served ? { for: folded.for } : {}),
    symptom: asInlineCode(problem.symptom) ?? symptomOf(failure),
    why: problem.why ?? '',
    fix: fences,
    ...(fences.length === 0 ? { fixText: explanation } : {}),
    verify: fences.length === 0 ? [] : verifyFences(problem.verify ?? [], folded),
    placement: served ? placement : 'problems',
    note: { date: dayOf(workspace, problem.clearedBy ?? problem.openedBy), from: [problem.id, ...attempts] },
  };
}

/** A Symptom is matched by its inline code; plain words become inline code. */
export function asInlineCode(symptom: string | undefined): string | undefined {
  if (symptom === undefined || symptom === '' || symptom.includes('`')) return symptom;
  return `\`${symptom}\``;
}

/** Typed checks as one fence; shell checks, which are named by their first line, as the fix wrote them. */
function verifyFences(lines: readonly string[], { fix, verify }: FoldedProblem): DraftFence[] {
  const isShell = (line: string) => verify.some(({ check, shell }) => shell && check === line);
  const typed = lines.filter((line) => !isShell(line));
  const scripts = fix
    .flatMap(({ body }) => body.verify)
    .filter((fence) => fence.lang !== 'check' && lines.some((line) => isShell(line) && isNamed(fence, line)));
  return [
    ...(typed.length === 0 ? [] : [{ lang: 'check', text: `${typed.join('\n')}\n`, attributes: {} }]),
    ...scripts,
  ];
}

function isNamed({ text, attributes }: DraftFence, name: string): boolean {
  return attributes.name === name || text.split('\n').some((line) => line.trim() === name);
}

function linkTo(workspace: Workspace, step: string): string {
  const written = workspace.document.runbook.steps.find(({ id }) => id === step)?.title;
  const tried = workspace.store.loop.attempts.findLast((each) => each.step === step)?.body.title;
  const title = written ?? tried ?? step;
  return `[${title}](#${slugOf(title)})`;
}

function dayOf({ store }: Workspace, attempt: string): string {
  const at = store.loop.attempts.find((each) => each.attempt === attempt)?.startedAt ?? 0;
  return new Date(at).toISOString().slice(0, 10);
}
