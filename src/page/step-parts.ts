import type { ElementContent } from 'hast';
import { h } from 'hastscript';
import type { CheckResult } from '../model/outcome.ts';
import type { StepState } from '../model/page.ts';
import { shownDuration } from './shown-duration.ts';

/** The line below a step's heading: its state, when it last held, how long it took. */
export function stateLine({ status, at, ms, fixes }: StepState): ElementContent {
  const parts = [
    ...(at === undefined ? [] : [`since ${at.replace('T', ' ').slice(0, 16)} UTC`]),
    ...(ms === undefined ? [] : [`took ${shownDuration(ms)}`]),
    ...(fixes.length > 0 ? [`fixed ${fixes.length} ${fixes.length === 1 ? 'time' : 'times'}`] : []),
  ];
  return h('p.state', [h(`strong.${status}`, status), ...(parts.length > 0 ? [` ${parts.join(', ')}`] : [])]);
}

/** How often a problem's Fix was applied, over all recorded passes. */
export function firedLine(fired: readonly { readonly at: string }[]): ElementContent {
  const last = fired.at(-1);
  const text = last
    ? `fired ${fired.length} ${fired.length === 1 ? 'time' : 'times'}, last on ${last.at.slice(0, 10)}`
    : 'has not fired in the recorded passes';
  return h('p.state', text);
}

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
