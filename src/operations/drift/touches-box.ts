import type { Session } from '../session/session.ts';

/**
 * Whether a step or fix could change the box itself. If a runbook changes only a cluster, changes on the box, often the
 * person's own workstation, are not drift.
 */
export function touchesBox({ plan }: Pick<Session, 'plan'>): boolean {
  return [...plan.steps, ...plan.problems].some(({ step }) =>
    step.actions.some(({ kind }) => kind === 'shell' || kind === 'file'),
  );
}
