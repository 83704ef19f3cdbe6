import type { PlanStep } from '../../model/plan.ts';

/** Room for the parts that follow in a Workflow's name, which Argo wants to be at most 63 characters long. */
const LONGEST_BASE = 40;

/** `runbook-…`: the runbook's name as Kubernetes may call objects (RFC 1123 label). */
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
 * What each step's task is called: its id where Argo can read that in `depends`, else `step-N`, N being its place in
 * the pass. Unique, whatever the ids are.
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

/** How a variable's value travels from the targets to the pod; no variable can be called like another parameter. */
export const valueParameter = (variable: string): string => `input-${variable}`;
