import type { Element, ElementContent } from 'hast';
import { h, s } from 'hastscript';
import type { PassDetail, PassEntry } from '../../model/pass-record.ts';
import { shownDuration } from '../shown-duration.ts';

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
  return `${shownTime(at)}, ${verb} on ${box}: ${outcome}${ms === undefined ? '' : ` in ${shownDuration(ms)}`}`;
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

/** One segment for each step, as wide as the step took, colored by its outcome. */
export function stepBar({ steps }: PassDetail): Element {
  const total = steps.reduce((sum, { ms }) => sum + Math.max(ms, 1), 0);
  let x = 0;
  const segments = steps.map(({ id, ms, outcome }) => {
    const width = (Math.max(ms, 1) / Math.max(total, 1)) * 300;
    x += width;
    return s(
      'rect',
      {
        className: [outcome],
        x: (x - width).toFixed(2),
        y: 0,
        width: Math.max(width - 1, 0.5).toFixed(2),
        height: 14,
      },
      s('title', `${id}: ${outcome}, ${shownDuration(ms)}`),
    );
  });
  const label = steps.map(({ id, outcome }) => `${id} ${outcome}`).join(', ');
  return s(
    'svg',
    {
      className: ['bar'],
      viewBox: '0 0 300 14',
      width: 300,
      height: 14,
      role: 'img',
      ariaLabel: label || 'no steps',
    },
    segments,
  );
}
