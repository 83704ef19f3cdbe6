import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { Fact } from '../model/runbook.ts';

const DAY_MS = 24 * 60 * 60_000;

/** The facts with the age of their measurement, folded away; `at` is the time of the page, ISO 8601. */
export function factAges(facts: readonly Fact[], at: string): ElementContent[] {
  if (facts.length === 0) return [];
  const rows = facts.map(({ name, value, unit, on }) =>
    h('tr', [
      h('td', h('code', name)),
      h('td', [value, unit].filter(Boolean).join(' ')),
      h('td', ageOf(on, at)),
    ]),
  );
  const heads = ['Fact', 'Value', 'Measured'].map((each) => h('th', { scope: 'col' }, each));
  return [
    h('details.facts', [
      h('summary', 'Facts with their age'),
      h('table', [h('thead', h('tr', heads)), h('tbody', rows)]),
    ]),
  ];
}

function ageOf(on: string, at: string): string {
  const days = Math.floor((Date.parse(at) - Date.parse(on)) / DAY_MS);
  if (!Number.isFinite(days)) return on === '' ? 'never' : on;
  if (days <= 0) return 'today';
  return days === 1 ? 'a day ago' : `${days} days ago`;
}
