import { targetText } from '../../model/box-target.ts';
import type { PassSummary } from '../../model/outcome.ts';
import type { Session } from '../session.ts';
import type { Outcomes } from './walk.ts';

/** How a person goes on after this pass, one line; empty when everything is done. */
export function nextWords(session: Session, outcomes: Outcomes, summary: PassSummary): string {
  const stopped = [...outcomes].find(([, outcome]) => outcome.kind === 'failed' || outcome.kind === 'person');
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
      return `Stopped. The same command goes on from where it was: ${again}`;
    case 'failed':
    case 'person':
      return `Mend it and run the same command: it goes on from "${stopped?.[0]}". If you mended the box by hand: ${again} --accept ${stopped?.[0]}`;
  }
}
