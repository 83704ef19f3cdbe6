import type { RunEvent } from '../../../model/outcome.ts';
import { fleetEnd, fleetLines, fleetWidth } from './fleet-lines.ts';
import { FleetState } from './fleet-state.ts';
import type { PlainProgress } from './plain-progress.ts';
import type { Progress } from './progress.ts';

/** The progress of a fleet as plain lines, for pipes and logs: a word, the box, the details. */
export function plainFleetProgress({ page, cwd, write, aside }: PlainProgress): Progress {
  const state = new FleetState(() => 0);
  const event = (event: RunEvent): void => {
    state.take(event);
    for (const line of fleetLines(event, fleetWidth(state.targets), page, cwd)) write(`${line}\n`);
    if (event.type === 'fleet-finished') write(`${fleetEnd(event.summary, event.next, state, page)}\n`);
  };
  return { event, pause() {}, resume() {}, notice: (text) => aside(`${text}\n`), end() {} };
}
