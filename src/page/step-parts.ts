import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import { duration } from '../base/shown-duration.ts';
import type { CheckResult } from '../model/outcome.ts';
import type { FixHistory, StepState } from '../model/page.ts';

/** The line below a step's heading: its state, when it last held, how long it took. */
export function stateLine({ status, at, lastHeld, drifted, ms }: StepState): ElementContent {
  const parts = [
    ...(drifted === undefined ? [] : [`drifted: its checks failed ${minute(drifted)} UTC`]),
    ...(at === undefined ? [] : [`since ${minute(at)} UTC`]),
    ...(lastHeld === undefined ? [] : [`last held ${minute(lastHeld)} UTC`]),
    ...(ms === undefined ? [] : [`took ${duration(ms)}`]),
  ];
  const tone = drifted === undefined ? status : 'failed';
  return h('p.state', [h(`strong.${tone}`, status), ...(parts.length > 0 ? [` ${parts.join(', ')}`] : [])]);
}

/** How often a problem's Fix was applied, over all recorded passes. */
export function firedLine({ times, last, old }: FixHistory): ElementContent {
  const text =
    last === undefined
      ? 'has not fired in the recorded passes'
      : `fired ${times} ${times === 1 ? 'time' : 'times'}, last on ${last.slice(0, 10)}`;
  const age = old ? [' ', h('strong.edited', 'old'), ' it has not fired for 90 days'] : [];
  return h('p.state', [text, ...age]);
}

const minute = (at: string) => at.replace('T', ' ').slice(0, 16);

/** Checks with what was expected and observed, and the recorded output, both folded away. */
export function stepDetails({ checks, output }: StepState): ElementContent[] {
  return [
    ...(checks.length > 0
      ? [
          h('details.checks', [
            h('summary', summaryOf(checks)),
            h('table', [headings, h('tbody', checks.map(checkRow))]),
          ]),
        ]
      : []),
    ...(output !== ''
      ? [
          h('details.output', [
            h('summary', `Output, ${output.trimEnd().split('\n').length} lines`),
            h('pre', { tabIndex: 0 }, output),
          ]),
        ]
      : []),
  ];
}

const headings = h(
  'thead',
  h(
    'tr',
    ['Result', 'Check', 'Expected', 'Observed'].map((name) => h('th', { scope: 'col' }, name)),
  ),
);

function summaryOf(checks: readonly CheckResult[]): string {
  const passed = checks.filter(({ verdict }) => verdict === 'pass').length;
  return `Checks, ${passed} of ${checks.length} pass`;
}

function checkRow({ verdict, check, expected, observed }: CheckResult): ElementContent {
  return h('tr', [
    h('td', h(`span.${verdict}`, verdict)),
    h('td', h('code', check)),
    h('td', expected),
    h('td', observed),
  ]);
}
