import { clock } from '../../../base/shown-duration.ts';
import type { RunEvent } from '../../../model/outcome.ts';
import { cleanLine } from '../text/clean.ts';
import type { Page } from '../text/page.ts';
import { truncate } from '../text/width.ts';
import { marks } from '../text/words.ts';
import { fleetEnd, fleetLines, fleetWidth } from './fleet-lines.ts';
import { FleetState, type RunningBox } from './fleet-state.ts';
import type { LiveProgress } from './live-progress.ts';
import { animation } from './live-screen.ts';
import type { Progress } from './progress.ts';
import { progressLine } from './progress-lines.ts';

const BAR = 12;

/** The progress of a fleet on a terminal: a line with a bar for each running box; finished boxes scroll up. */
export function liveFleetProgress({ page, cwd, output, now }: LiveProgress): Progress {
  const state = new FleetState(now);
  let startedAt = now();
  let notice = '';

  const current = (): Page => ({ ...page, width: (output.columns || 80) - 1 });
  const stage = animation(output, (rows) =>
    frame(state, current(), { rows, at: now(), ms: now() - startedAt, notice }),
  );
  const { keep, resume, pause, end } = stage;
  const event = (event: RunEvent): void => {
    state.take(event);
    for (const line of fleetLines(event, fleetWidth(state.targets), current(), cwd)) keep(line);
    if (event.type === 'fleet-started') {
      startedAt = now();
      resume();
    }
    if (event.type === 'fleet-finished') {
      keep(fleetEnd(event.summary, event.next, state, current()));
      end();
    }
  };
  return {
    event,
    pause,
    resume: () => {
      if (state.targets.length > state.outcomes.size) resume();
    },
    notice: (text) => {
      notice = text;
      if (!stage.running) output.write(`${text}\n`);
    },
    end,
  };
}

interface Moment {
  readonly rows: number;
  readonly at: number;
  readonly ms: number;
  readonly notice: string;
}

/** At most `rows` lines. If there are more running boxes, the last line says how many are hidden. */
function frame(state: FleetState, page: Page, { rows, at, ms, notice }: Moment): string[] {
  const running = [...state.running.values()];
  const shown = running.slice(0, Math.max(1, rows - 2));
  const width = fleetWidth(state.targets);
  const hidden = running.length - shown.length;
  const failed = state.count('failed', 'person', 'refused');
  const footer = [
    `${state.outcomes.size} of ${state.targets.length} boxes`,
    ...(failed > 0 ? [`${failed} not successful`] : []),
    ...(hidden > 0 ? [`${hidden} more running`] : []),
    `${clock(ms)}${notice ? `  ${notice}` : ''}`,
  ];
  return [
    ...shown.map((box) => boxLine(box, state.steps, at, width, page)),
    page.paint.faint(truncate(`  ${footer.join(', ')}`, page.width ?? 80)),
  ];
}

function boxLine(box: RunningBox, steps: number, at: number, width: number, page: Page): string {
  const full = steps === 0 ? 0 : Math.round((Math.min(box.ended, steps) / steps) * BAR);
  const bar = `${'█'.repeat(full)}${'░'.repeat(BAR - full)}`;
  const text = `${bar} ${`${box.ended}/${steps}`.padStart(7)} ${clock(at - box.since).padStart(6)}  ${cleanLine(box.at)}`;
  return progressLine(marks.run, box.target, text, width, page);
}
