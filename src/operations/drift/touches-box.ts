import type { Session } from '../session/session.ts';

/**
 * Whether some step or fix could change the box itself. A runbook that acts on a cluster alone leaves nothing there: what
 * the box looks like is somebody else's, often the person's own workstation, and no drift of it.
 */
export function touchesBox({ plan }: Pick<Session, 'plan'>): boolean {
  return [...plan.steps, ...plan.problems].some(({ step }) =>
    step.actions.some(({ kind }) => kind === 'shell' || kind === 'file'),
  );
}
