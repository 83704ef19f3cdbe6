import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import { duration } from '../../base/shown-duration.ts';
import type { Dossier } from '../../model/ask.ts';
import { documentTree } from '../document-tree.ts';
import { htmlTable, livePart } from './page-parts.ts';

/** Open questions of the document, and problems that wait for a person, each with what is known about it. */
export function questionsPage(
  questions: readonly { readonly title: string; readonly text: string }[],
  dossiers: readonly Dossier[],
): ElementContent[] {
  return [
    h('h1', 'Questions'),
    livePart(
      'questions',
      ...(questions.length + dossiers.length === 0 ? [h('p', 'Nothing waits for you.')] : []),
      ...dossiers.map(dossier),
      ...questions.map(({ title, text }) =>
        h('section', [h('h2', title), h('div', documentTree(text).children as ElementContent[])]),
      ),
    ),
  ];
}

function dossier({ problem, title, question, attempts, guards }: Dossier): Element {
  const rows = attempts.map(({ attempt, step, status, ms, changed, findings }) => [
    attempt,
    step,
    h('span', { className: [status] }, status),
    duration(ms),
    changed.join(', ') || 'nothing that was seen',
    findings.join('; '),
  ]);
  const output = attempts.at(-1)?.outputTail ?? '';
  return h('section', [
    h('h2', title),
    h('p', `${problem} is stopped${question === '' ? '' : `. The agent asks: ${question}`}`),
    htmlTable('What was tried', ['Attempt', 'Step', 'Result', 'Took', 'Changed', 'Findings'], rows),
    ...(guards.length > 0
      ? [
          h(
            'ul',
            guards.map((each) => h('li', each)),
          ),
        ]
      : []),
    ...(output === ''
      ? []
      : [h('details.output', [h('summary', 'Last output'), h('pre', { tabIndex: 0 }, output)])]),
    h('p', ['To let the agent continue, run in a terminal: ', h('code', `runbook resume ${problem}`)]),
  ]);
}
