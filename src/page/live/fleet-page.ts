import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import { duration } from '../../base/shown-duration.ts';
import type { PassDetail } from '../../model/pass-record.ts';
import { htmlTable, livePart, passPath, shownTime } from './page-parts.ts';

/** Every box with the newest pass on it, one column for each step. It fills in while passes run. */
export function fleetPage(
  passes: readonly PassDetail[],
  steps: readonly { readonly id: string; readonly title: string }[],
): ElementContent[] {
  const newest = new Map<string, PassDetail>();
  for (const pass of passes) if (!newest.has(pass.box)) newest.set(pass.box, pass);
  const rows = [...newest.values()]
    .sort((a, b) => (a.box < b.box ? -1 : 1))
    .map((pass) => [
      h('a', { href: passPath(pass.id) }, pass.box),
      h('span', { className: [pass.outcome] }, pass.outcome),
      shownTime(pass.at),
      ...steps.map(({ id }) => cell(pass, id)),
    ]);
  return [
    h('h1', 'Boxes'),
    livePart(
      'matrix',
      h('p', `The newest pass on each of ${newest.size} ${newest.size === 1 ? 'box' : 'boxes'}.`),
      htmlTable(
        'Steps of the newest pass on each box',
        ['Box', 'Result', 'When', ...steps.map(({ title }) => title)],
        rows,
      ),
    ),
  ];
}

function cell({ steps }: PassDetail, id: string): ElementContent {
  const step = steps.find((each) => each.id === id);
  if (!step) return h('span.new', '–');
  const { outcome } = step;
  return h('span', { className: [outcome] }, `${outcome}${step.ms > 0 ? ` ${duration(step.ms)}` : ''}`);
}
