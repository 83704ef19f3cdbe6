import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import { duration } from '../../base/shown-duration.ts';
import type { LogWindow } from '../../model/page.ts';
import type { PassDetail } from '../../model/pass-record.ts';
import { passTimeline } from '../pass-timeline.ts';
import { htmlTable, livePart, passPath, shownTime, stepBar } from './page-parts.ts';

/** All recorded passes, newest first, with a bar for each step. */
export function passListPage(passes: readonly PassDetail[]): ElementContent[] {
  const rows = passes.map((pass) => [
    h('a', { href: passPath(pass.id) }, shownTime(pass.at)),
    pass.verb,
    pass.box,
    `${pass.by.kind} ${pass.by.name}`,
    h('span', { className: [pass.outcome] }, pass.outcome),
    pass.ms === undefined ? '' : duration(pass.ms),
    stepBar(pass),
  ]);
  return [
    h('h1', 'Passes'),
    livePart(
      'passes',
      passes.length === 0
        ? h('p', 'No pass is recorded yet. Run runbook replay.')
        : htmlTable(
            'Recorded passes, newest first',
            ['When', 'What', 'Box', 'Who', 'Result', 'Took', 'Steps'],
            rows,
          ),
    ),
  ];
}

/** What the reader chose of a pass's log. */
export interface LogChoice {
  readonly step?: string | undefined;
  readonly query?: string | undefined;
}

/** One pass: its timeline, and its log with a search over all of it. */
export function passPage(
  pass: PassDetail,
  log: LogWindow,
  choice: LogChoice & { readonly lines: number; readonly isEnd: boolean },
): ElementContent[] {
  const own = passPath(pass.id);
  return [
    h('h1', `${pass.verb} on ${pass.box}`),
    livePart('summary', summary(pass)),
    livePart(
      'timeline',
      passTimeline(pass, (step) => `${own}?step=${encodeURIComponent(step)}#log`),
      failures(pass),
    ),
    h('h2', { id: 'log' }, 'Log'),
    searchForm(pass, choice),
    logSummary(own, log, choice),
    logText(pass, log, choice),
  ];
}

function summary({ at, outcome, by, ms, document, version, id }: PassDetail): Element {
  const rows: [string, ElementContent | string][] = [
    ['Result', h('strong', { className: [outcome] }, outcome)],
    ['Started', `${shownTime(at)} by ${by.kind} ${by.name}`],
    ['Took', ms === undefined ? 'not ended' : duration(ms)],
    ['Document', h('code', document.slice(0, 12))],
    ['Recorded', `${id}, by runbook ${version}`],
  ];
  return h(
    'dl.overview',
    rows.flatMap(([name, value]) => [h('dt', name), h('dd', [value])]),
  );
}

function failures({ steps }: PassDetail): Element {
  const failed = steps.filter(
    ({ outcome, message }) => message !== '' && outcome !== 'skipped' && outcome !== 'not-reached',
  );
  return h(
    'ul.failures',
    failed.map(({ title, outcome, message }) =>
      h('li', [h('strong', { className: [outcome] }, `${title}: ${outcome}`), ` ${message}`]),
    ),
  );
}

function searchForm({ id, steps }: PassDetail, { step = '', query = '' }: LogChoice): Element {
  return h('form.search', { method: 'get', action: `${passPath(id)}#log`, role: 'search' }, [
    h('label', ['Search the log ', h('input', { type: 'search', name: 'q', value: query, maxLength: 200 })]),
    h('label', [
      'of ',
      h('select', { name: 'step' }, [
        h('option', { value: '', selected: step === '' }, 'all steps'),
        ...steps.map((each) => h('option', { value: each.id, selected: each.id === step }, each.title)),
      ]),
    ]),
    h('button', { type: 'submit' }, 'Search'),
  ]);
}

function logSummary(
  own: string,
  { lines, total, matches }: LogWindow,
  { step = '', query = '' }: LogChoice,
): Element {
  const from = (number: number, text: string) =>
    h('a', { href: `${own}?${new URLSearchParams({ step, from: String(number) })}#log` }, text);
  if (matches !== undefined) {
    const shown = lines.length < matches ? `, of which the first ${lines.length} are shown` : '';
    return h('p', { role: 'status' }, `${matches} of ${total} lines contain “${query}”${shown}.`);
  }
  const first = lines[0]?.number ?? 1;
  const last = lines.at(-1)?.number ?? 0;
  return h('p', [
    `Lines ${first} to ${last} of ${total}. `,
    ...(first > 1 ? [from(Math.max(1, first - 2000), 'Earlier lines'), ' '] : []),
    ...(last < total ? [from(last + 1, 'Later lines')] : []),
  ]);
}

/** A search shows the number of each line, which leads to the lines around it. */
function logText(
  { id, outcome }: PassDetail,
  { lines, matches }: LogWindow,
  { step = '', lines: recorded, isEnd }: LogChoice & { lines: number; isEnd: boolean },
): Element {
  if (matches !== undefined) {
    const href = (number: number) =>
      `${passPath(id)}?${new URLSearchParams({ step, from: String(Math.max(1, number - 20)) })}#log`;
    return h('pre.log', { tabIndex: 0, ariaLabel: 'Lines found' }, [
      ...lines.flatMap(({ number, text }) => [h('a', { href: href(number) }, String(number)), ` ${text}\n`]),
    ]);
  }
  const at = isEnd && step === '' ? { dataAt: String(recorded) } : {};
  const follow = outcome === 'running' && 'dataAt' in at ? { dataFollow: id } : {};
  return h(
    'pre.log',
    { id: 'output', tabIndex: 0, ariaLabel: 'Output', ...at, ...follow },
    lines.map(({ text }) => `${text}\n`).join(''),
  );
}
