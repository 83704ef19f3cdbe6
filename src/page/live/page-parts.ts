import type { Element, ElementContent } from 'hast';
import { h, s } from 'hastscript';
import { duration } from '../../base/shown-duration.ts';
import type { PassDetail, PassEntry } from '../../model/pass-record.ts';

/** A part that the script may replace while the page is open. */
export function livePart(id: string, ...children: (Element | string)[]): Element {
  return h('section', { id, dataLive: '' }, children);
}

/** `2026-11-28 10:15 UTC` */
export const shownTime = (iso: string): string => `${iso.replace('T', ' ').slice(0, 16)} UTC`;

/** Where a pass is shown. */
export const passPath = (id: string): string => `/passes/${id}`;

/** Time, verb, box and result of a pass, in one line. */
export function passLine({ at, verb, box, outcome, ms }: PassEntry): string {
  return `${shownTime(at)}, ${verb} on ${box}: ${outcome}${ms === undefined ? '' : ` in ${duration(ms)}`}`;
}

/** A table with a caption for screen readers and one header row. */
export function htmlTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly (ElementContent | string)[])[],
): Element {
  return h('table', { tabIndex: 0 }, [
    h('caption', caption),
    h(
      'thead',
      h(
        'tr',
        columns.map((each) => h('th', { scope: 'col' }, each)),
      ),
    ),
    h(
      'tbody',
      rows.map(([first = '', ...others]) =>
        h('tr', [h('th', { scope: 'row' }, [first]), ...others.map((cell) => h('td', [cell]))]),
      ),
    ),
  ]);
}

/** Steps that have a segment of their own. In a longer pass, a segment is for several steps. */
const MAX_SEGMENTS = 100;

/** Worst first: what a segment of several steps shows. */
const BY_WEIGHT = ['failed', 'fail', 'undo failed', 'interrupted', 'person', 'running'];

/** One segment for each step, as wide as the step took, colored by its outcome. */
export function stepBar({ steps }: PassDetail): Element {
  const total = steps.reduce((sum, { ms }) => sum + Math.max(ms, 1), 0);
  const size = Math.ceil(steps.length / MAX_SEGMENTS);
  let x = 0;
  const segments = Array.from({ length: Math.ceil(steps.length / size) || 0 }, (_, index) => {
    const own = steps.slice(index * size, (index + 1) * size);
    const ms = own.reduce((sum, each) => sum + Math.max(each.ms, 1), 0);
    const width = (ms / total) * 300;
    x += width;
    const className = [
      BY_WEIGHT.find((each) => own.some(({ outcome }) => outcome === each)) ?? own[0]!.outcome,
    ];
    const at = { x: (x - width).toFixed(2), y: 0, width: Math.max(width - 1, 0.5).toFixed(2), height: 14 };
    const name = own.length === 1 ? own[0]!.id : `${own[0]!.id} to ${own.at(-1)!.id}`;
    return s('rect', { className, ...at }, s('title', `${name}: ${outcomes(own)}, ${duration(ms)}`));
  });
  const ariaLabel = steps.length === 0 ? 'no steps' : outcomes(steps);
  return s(
    'svg',
    { className: ['bar'], viewBox: '0 0 300 14', width: 300, height: 14, role: 'img', ariaLabel },
    segments,
  );
}

/** `3 acted, 1 failed` */
function outcomes(steps: PassDetail['steps']): string {
  const counts = new Map<string, number>();
  for (const { outcome } of steps) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
