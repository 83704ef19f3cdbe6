import { targetText } from '../../model/box-target.ts';
import type { Failure, PassSummary } from '../../model/outcome.ts';
import type { Session } from '../session/session.ts';
import type { Outcomes } from './walk.ts';

/** How a person goes on after this pass, one line; empty when everything is done. */
export function nextStepText(session: Session, outcomes: Outcomes, summary: PassSummary): string {
  const stopped = firstStopped(outcomes);
  const again = [
    'runbook replay',
    session.runbook.file,
    ...(session.target ? ['--on', targetText(session.target)] : []),
    ...(session.runbook.kind === 'loose' ? ['--loose'] : []),
  ].join(' ');
  switch (summary.outcome) {
    case 'done':
      return '';
    case 'aborted':
      return `Stopped. The same command continues where it stopped: ${again}`;
    case 'failed':
    case 'person':
      return stopped ? nextSteps(again, stopped) : again;
  }
}

interface Stopped {
  readonly id: string;
  readonly failure: Failure;
}

function firstStopped(outcomes: Outcomes): Stopped | undefined {
  for (const [id, outcome] of outcomes) {
    if (outcome.kind === 'failed' || outcome.kind === 'person') return { id, failure: outcome.failure };
  }
  return undefined;
}

function nextSteps(again: string, { id, failure }: Stopped): string {
  switch (failure.kind) {
    case 'interactive':
      return `Run it in a terminal; it continues from "${id}": ${again}`;
    case 'not-accepted':
      return `Fix the box until the Verify of "${id}" passes, or let the step act again: ${again}`;
    default:
      return `Fix the cause and run the same command; it continues from "${id}". If you fixed the box by hand: ${again} --accept ${id}`;
  }
}
