import type { PlanStep } from '../../model/plan.ts';

/** Leaves room for suffixes: Argo limits a Workflow's name to 63 characters. */
const LONGEST_BASE = 40;

/** `runbook-…`: the runbook's name as a Kubernetes object name (RFC 1123 label). */
export function baseName(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, LONGEST_BASE - 'runbook-'.length)
    .replace(/-+$/, '');
  return slug === '' ? 'runbook' : `runbook-${slug}`;
}

/**
 * The name of each step's task: the step's id if Argo's `depends` can parse it, else `step-N` with its position in the
 * pass. Unique.
 */
export function taskNames(steps: readonly PlanStep[]): ReadonlyMap<string, string> {
  const plain = /^[a-zA-Z][-a-zA-Z0-9]{0,62}$/;
  const ids = steps.map(({ step }) => step.id);
  const taken = new Set(ids.filter((id) => plain.test(id)));
  const names = new Map<string, string>();
  for (const [index, id] of ids.entries()) {
    let name = plain.test(id) ? id : `step-${index + 1}`;
    while (name !== id && taken.has(name)) name = `${name}-x`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

/**
 * The parameter that carries a variable's value from a target to its pod. The prefix avoids clashes with other
 * parameters.
 */
export const valueParameter = (variable: string): string => `input-${variable}`;
