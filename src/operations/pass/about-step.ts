import type { AboutStep } from '../../judge/diagnose/about-step.ts';
import type { Step } from '../../model/runbook.ts';
import type { Pass } from './pass.ts';

/**
 * What a step is about in its cluster: the objects that it has applied, patches and checks. Undefined if it has code,
 * which could be about anything, or nothing for a cluster.
 */
export function aboutStep(pass: Pass, id: string): AboutStep | undefined {
  const step = [...pass.plan.steps, ...pass.plan.problems].find((each) => each.step.id === id)?.step;
  if (!step || step.actions.some(({ kind }) => kind === 'shell')) return undefined;
  const objects = [...(pass.journal.memory.get(id)?.applied ?? []), ...named(step)];
  if (objects.length === 0) return undefined;
  const state = pass.state.after(id);
  const known = (texts: readonly (string | undefined)[]) => [
    ...new Set(texts.flatMap((text) => (text === undefined ? [] : [pass.substitute(text, state)]))),
  ];
  return {
    namespaces: known(objects.map(({ namespace }) => namespace)),
    names: known(objects.map(({ name }) => name)),
  };
}

function named({ actions, verify }: Step): { namespace: string; name: string | undefined }[] {
  const patched = actions.flatMap((action) =>
    action.kind === 'patch'
      ? [{ namespace: action.namespace, name: action.target.slice(action.target.indexOf('/') + 1) }]
      : [],
  );
  const asked = verify.flatMap((check) =>
    check.kind === 'probe' && check.probe.kind === 'k8s'
      ? [{ namespace: check.probe.namespace, name: check.probe.name }]
      : [],
  );
  return [...patched, ...asked];
}
