import { nearest } from '../../../base/nearest.ts';
import type { Attempt, StepBody } from '../../../loop/attempt.ts';
import type { LearnedStep } from '../../../markdown/record/learned.ts';
import { slugOf } from '../../../markdown/record/slug.ts';
import { usageError } from '../../../model/diagnostic.ts';
import type { PlanStep } from '../../../model/plan.ts';
import type { Prepared } from '../../session/session.ts';
import { withSteps } from '../working.ts';
import {
  documentedStep,
  draftedBody,
  knownIds,
  lastBody,
  provenSteps,
  type Workspace,
} from '../workspace.ts';
import { bodyHash, bodyOf, bodyOfStep, type Draft } from './body.ts';

/** What a call of apply_step is about to run. */
export interface AttemptTarget {
  readonly step: string;
  readonly source: Attempt['source'];
  readonly body: StepBody;
  /** The document with this step in it. */
  readonly prepared: Prepared;
  readonly planned: PlanStep;
  /** For a revision: the content that it was made from. */
  readonly base?: string;
}

/** @throws RunbookError 64 for an id that is not known, and for a draft that cannot be read as a step */
export function attemptTarget(
  workspace: Workspace,
  { step, draft }: { step?: string; draft?: Draft },
): AttemptTarget {
  if (step === undefined && draft === undefined) {
    throw usageError(
      'nothing-to-apply',
      'A call of apply_step needs a step or a draft. This one has neither.',
      'Give the id of a step, or a draft {title, run, verify}.',
    );
  }
  const chosen = draft === undefined ? existing(workspace, step!) : drafted(workspace, step, draft);
  const others = provenSteps(workspace).filter((each) => each.id !== chosen.step);
  const prepared = withSteps(
    workspace.document,
    chosen.source === 'step' ? others : [...others, placed(workspace, others, chosen)],
  );
  const planned = prepared.plan.steps.find((each) => each.step.id === chosen.step);
  if (!planned) {
    throw usageError(
      'not-a-step',
      `${chosen.step} is not a step that can run.`,
      'Use the id of a step. A problem is applied by the step that it serves.',
    );
  }
  if (chosen.source !== 'step' && planned.step.actions.length === 0) {
    throw usageError(
      'nothing-runs',
      'A draft must contain something that runs. This one does not.',
      'Give run as shell text, or as fences whose language or attributes act (bash, file, apply).',
    );
  }
  return { ...chosen, prepared, planned };
}

type Chosen = Pick<AttemptTarget, 'step' | 'source' | 'body' | 'base'>;

function existing(workspace: Workspace, id: string): Chosen {
  const written = documentedStep(workspace, id);
  const revised = provenSteps(workspace).find((each) => each.id === id && each.kind === 'revised');
  if (written && revised)
    return { step: id, source: 'revision', body: revised.body, base: hashOf(workspace, id) };
  if (written) return { step: id, source: 'step', body: bodyOfStep(written) };
  const body = draftedBody(workspace, id);
  if (body) return { step: id, source: 'draft', body };
  throw unknownStep(workspace, id);
}

function drafted(workspace: Workspace, step: string | undefined, draft: Draft): Chosen {
  const body = bodyOf(draft);
  if (body.after !== undefined && !knownIds(workspace).includes(body.after))
    throw unknownStep(workspace, body.after);
  if (step !== undefined) return revised(workspace, step, draft, body);
  const id = body.run.find(({ attributes }) => attributes.name)?.attributes.name ?? slugOf(body.title);
  if (id === '')
    throw usageError(
      'empty-id',
      'A title needs a letter or digit, from which the id is derived. This one has neither.',
      'Reword it.',
    );
  if (documentedStep(workspace, id)) {
    throw usageError(
      'step-exists',
      `The document already has a step ${id}.`,
      `Give step: "${id}" together with the draft to revise it, or choose another title.`,
    );
  }
  return { step: id, source: 'draft', body };
}

/** What a revision does not say stays as it was. */
function revised(workspace: Workspace, step: string, draft: Draft, body: StepBody): Chosen {
  const last = lastBody(workspace, step);
  if (!last) throw unknownStep(workspace, step);
  const whole = {
    ...body,
    ...(draft.why === undefined ? { why: last.why } : {}),
    ...(draft.verify === undefined ? { verify: last.verify } : {}),
    ...(draft.undo === undefined ? { undo: last.undo } : {}),
  };
  const written = documentedStep(workspace, step) !== undefined;
  return written
    ? { step, source: 'revision', body: whole, base: hashOf(workspace, step) }
    : { step, source: 'draft', body: whole };
}

function hashOf(workspace: Workspace, id: string): string {
  return bodyHash(bodyOfStep(documentedStep(workspace, id)!));
}

/** Behind the step that it names, else behind what was done last. */
function placed(
  workspace: Workspace,
  others: readonly LearnedStep[],
  { step, body, source }: Chosen,
): LearnedStep {
  const known = new Set([
    ...workspace.document.runbook.steps.map(({ id }) => id),
    ...others.map(({ id }) => id),
  ]);
  const done = workspace.store.loop.attempts.findLast(
    (each) =>
      (each.status === 'succeeded' || each.status === 'skipped') &&
      each.step !== step &&
      known.has(each.step),
  );
  const last = workspace.document.runbook.steps.findLast(
    (each) => each.section === 'steps' && each.kind === 'step',
  );
  const named = body.after !== undefined && known.has(body.after) ? body.after : undefined;
  const after = named ?? done?.step ?? last?.id;
  return {
    id: step,
    body,
    kind: source === 'revision' ? 'revised' : 'new',
    ...(after === undefined ? {} : { after }),
  };
}

export function unknownStep(workspace: Workspace, id: string): Error {
  const ids = knownIds(workspace);
  const close = nearest(id, ids);
  const shown = JSON.stringify(id.slice(0, 100));
  return usageError(
    'unknown-step',
    `The step ${shown} does not exist.`,
    close
      ? `Did you mean "${close}"?`
      : `Existing steps: ${ids.slice(0, 12).join(', ') || 'none yet; give a draft'}.`,
  );
}
