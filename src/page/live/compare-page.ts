import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import { pluralize } from '../../base/pluralize.ts';
import { duration } from '../../base/shown-duration.ts';
import type { PassDetail } from '../../model/pass-record.ts';
import { LONG_WAIT_MS } from '../pass-timeline.ts';
import { htmlTable, passLine, passPath } from './page-parts.ts';

/** Two passes, or the newest passes of two boxes, step by step. */
export function comparePage(
  passes: readonly PassDetail[],
  { a, b }: { readonly a: PassDetail | undefined; readonly b: PassDetail | undefined },
): ElementContent[] {
  return [
    h('h1', 'Compare'),
    chooser(passes, { a, b }),
    ...(a && b ? [sides(a, b)] : [h('p', 'Choose two passes or two boxes.')]),
  ];
}

function chooser(
  passes: readonly PassDetail[],
  chosen: { a: PassDetail | undefined; b: PassDetail | undefined },
): Element {
  const boxes = [...new Set(passes.map(({ box }) => box))];
  const select = (name: 'a' | 'b', label: string) =>
    h('label', [
      `${label} `,
      h('select', { name }, [
        h('optgroup', { label: 'Newest pass on a box' }, [
          ...boxes.map((box) =>
            h('option', { value: `box:${box}`, selected: box === chosen[name]?.box }, box),
          ),
        ]),
        h('optgroup', { label: 'One pass' }, [
          ...passes.map((pass) =>
            h(
              'option',
              {
                value: pass.id,
                selected:
                  pass.id === chosen[name]?.id && passes.find(({ box }) => box === pass.box)?.id !== pass.id,
              },
              passLine(pass),
            ),
          ),
        ]),
      ]),
    ]);
  return h('form.search', { method: 'get', action: '/compare' }, [
    select('a', 'Left'),
    select('b', 'Right'),
    h('button', { type: 'submit' }, 'Compare'),
  ]);
}

function sides(a: PassDetail, b: PassDetail): Element {
  const ids = [...new Set([...a.steps, ...b.steps].map(({ id }) => id))];
  const pairs = ids.map((id) => {
    const [left, right] = [a, b].map(({ steps }) => steps.find((each) => each.id === id));
    return { id, left, right, isDifferent: differs(left, right) };
  });
  const rows = pairs.map(({ id, left, right, isDifferent }) => [
    left?.title ?? right?.title ?? id,
    side(a, left),
    side(b, right),
    isDifferent ? h('strong.person', 'differs') : 'same',
  ]);
  const differing = pairs.filter(({ isDifferent }) => isDifferent).length;
  return h('section', [
    h('p', { role: 'status' }, `${differing} of ${ids.length} steps differ.`),
    htmlTable('The passes side by side', ['Pass', sideName(a), sideName(b)], passRows(a, b)),
    htmlTable('Steps side by side', ['Step', sideName(a), sideName(b), 'Result'], rows),
  ]);
}

function passRows(a: PassDetail, b: PassDetail): (readonly (ElementContent | string)[])[] {
  const row = (name: string, value: (pass: PassDetail) => ElementContent | string) => [
    name,
    value(a),
    value(b),
  ];
  return [
    row('Result', ({ verb, outcome }) =>
      h('span', [`${verb}: `, h('strong', { className: [outcome] }, outcome)]),
    ),
    row('Started by', ({ by }) => `${by.kind} ${by.name}`),
    row('Took', ({ ms }) => (ms === undefined ? 'not ended' : duration(ms))),
    row('Document', ({ document }) => h('code', document.slice(0, 12))),
    row('Log', ({ id }) => h('a', { href: passPath(id) }, id)),
  ];
}

const sideName = ({ box, at }: PassDetail) => `${box}, ${at.slice(0, 16).replace('T', ' ')}`;

type PassStep = PassDetail['steps'][number];

/** What a step came to counts; how long it took and how much it printed do not. */
function differs(left: PassStep | undefined, right: PassStep | undefined): boolean {
  const result = (step: PassStep | undefined) =>
    step && JSON.stringify([step.outcome, step.message, step.fixes, step.missed]);
  return result(left) !== result(right);
}

function side({ id: pass }: PassDetail, step: PassStep | undefined): Element {
  if (!step) return h('span', 'not in this pass');
  const { id, outcome, ms, waitedMs, fixes, message, missed, outputLines } = step;
  const waited = waitedMs >= LONG_WAIT_MS ? `, of which ${duration(waitedMs)} waiting` : '';
  const lines = [message, ...missed.filter((each) => each !== message)].filter((each) => each !== '');
  return h('span', [
    h('strong', { className: [outcome] }, outcome),
    ` ${duration(ms)}${waited}`,
    ...(fixes.length > 0 ? [`, fixed: ${fixes.join(', ')}`] : []),
    ...lines.flatMap((each) => [h('br'), each]),
    ...(outputLines === 0
      ? []
      : [
          h('br'),
          h(
            'a',
            { href: `${passPath(pass)}?step=${encodeURIComponent(id)}#log` },
            pluralize(outputLines, 'line of output', 'lines of output'),
          ),
        ]),
  ]);
}
