import { createHmac } from 'node:crypto';
import type { ApplyAction, RegistryAction } from '../../model/action.ts';
import type { ObjectKey } from '../../model/cluster/kube.ts';
import type { PlanStep } from '../../model/plan.ts';
import type { DriftFinding } from '../../model/reports/drift.ts';
import { redactText } from '../../observe/redact/redact.ts';
import { fileHashKey } from '../session/file-hash-key.ts';
import type { DriftSource, DriftView } from './view.ts';

/** A fence with objects in a cluster, and its step. */
interface ClusterFence {
  readonly planned: PlanStep;
  readonly action: ApplyAction | RegistryAction;
}

/**
 * Compares what confirmed steps applied to a cluster with the live objects: by a dry-run apply, by fields that other
 * managers own, and by objects with the runbook's label that no document contains. Loads nothing if nothing was
 * applied.
 */
export const clusterSource: DriftSource = async (view) => {
  const fences = view.session.plan.steps
    .filter(({ step }) => view.confirmed.has(step.id))
    .flatMap((planned) =>
      planned.step.actions.flatMap((action): ClusterFence[] =>
        action.kind === 'apply' || action.kind === 'registry' ? [{ planned, action }] : [],
      ),
    );
  const left = objectsOfRemovedSteps(view);
  if (fences.length === 0 && left.length === 0) return { findings: [], looked: [] };
  const key = await fileHashKey(view.context.world, { readOnly: true });
  const hash = (value: string) => `#${createHmac('sha256', key).update(value).digest('hex').slice(0, 8)}`;
  const findings: DriftFinding[] = [];
  const wanted: ObjectKey[] = [];
  for (const fence of fences) {
    const { objects, found } = await driftOfFence(fence, view, hash);
    wanted.push(...objects);
    findings.push(...found);
  }
  findings.push(...(await orphansOf(wanted, left, view)));
  return { findings, looked: [{ source: 'cluster', count: wanted.length }] };
};

async function driftOfFence(
  { planned, action }: ClusterFence,
  { preview, context }: DriftView,
  hash: (value: string) => string,
): Promise<{ objects: readonly ObjectKey[]; found: readonly DriftFinding[] }> {
  const [{ comparedObjects }, { driftOfObject }, { FIELD_MANAGER, PATCH_MANAGER }] = await loadModules();
  const { pass } = preview;
  const work = { pass, state: pass.state.after(planned.step.id), signal: context.signal };
  try {
    const compared = await comparedObjects(action, work);
    const options = { ours: new Set([FIELD_MANAGER, PATCH_MANAGER]), hash, looksSecret };
    return {
      objects: compared.map((each) => each.key),
      found: compared.flatMap((each) => driftOfObject(each, options)),
    };
  } catch (error) {
    const detail = (error as Error).message;
    return { objects: [], found: [{ source: 'cluster', subject: planned.step.id, kind: 'unknown', detail }] };
  }
}

/** Known secrets are masked anyway; this covers values that someone set by hand. */
function looksSecret(text: string): boolean {
  return redactText(text) !== text;
}

function loadModules() {
  return Promise.all([
    import('../pass/actions/apply-action.ts'),
    import('../../judge/cluster-drift.ts'),
    import('../../cluster/apply/server-side-apply.ts'),
  ]);
}

/** Objects applied by steps that the document no longer contains. */
function objectsOfRemovedSteps({ preview, session }: DriftView): readonly ObjectKey[] {
  const ids = new Set(session.plan.steps.map(({ step }) => step.id));
  return [...preview.journal.memory].flatMap(([id, { applied = [] }]) => (ids.has(id) ? [] : applied));
}

async function orphansOf(
  wanted: readonly ObjectKey[],
  left: readonly ObjectKey[],
  { preview, session, context }: DriftView,
): Promise<readonly DriftFinding[]> {
  const [{ orphanedObjects }, { driftOfOrphans }] = await loadModules();
  const { pass } = preview;
  const { steps } = session.plan;
  const work = { pass, state: pass.state.after(steps.at(-1)?.step.id ?? ''), signal: context.signal };
  const applied = steps.flatMap((each) => preview.memory(each)?.applied ?? []);
  try {
    const known = [...wanted, ...applied];
    const { orphans, unseen } = await orphanedObjects(known, [...known, ...left], work);
    return driftOfOrphans(orphans, unseen);
  } catch (error) {
    // If the objects themselves could not be queried, that is reported already.
    if (wanted.length === 0 && left.length === 0) return [];
    const subject = 'objects of removed steps';
    return [{ source: 'cluster', subject, kind: 'unknown', detail: (error as Error).message }];
  }
}
