import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { PassDetail } from '../../model/pass-record.ts';
import { shownDuration } from '../shown-duration.ts';
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
  const rows = ids.map((id) => {
    const [left, right] = [a, b].map(({ steps }) => steps.find((each) => each.id === id));
    const differs = left?.outcome !== right?.outcome || left?.message !== right?.message;
    return [
      left?.title ?? right?.title ?? id,
      side(left),
      side(right),
      differs ? h('strong.person', 'differs') : 'same',
    ];
  });
  const differing = rows.filter(([, , , last]) => last !== 'same').length;
  return h('section', [
    h('p', { role: 'status' }, `${differing} of ${ids.length} steps differ.`),
    ...(a.document === b.document ? [] : [h('p', 'The passes ran different versions of the document.')]),
    htmlTable('Steps side by side', ['Step', sideName(a), sideName(b), 'Result'], rows),
    h('p', [
      h('a', { href: passPath(a.id) }, `Log of ${passLine(a)}`),
      h('br'),
      h('a', { href: passPath(b.id) }, `Log of ${passLine(b)}`),
    ]),
  ]);
}

const sideName = ({ box, at }: PassDetail) => `${box}, ${at.slice(0, 16).replace('T', ' ')}`;

function side(step: PassDetail['steps'][number] | undefined): Element {
  if (!step) return h('span', 'not in this pass');
  const { outcome, ms, fixes, message } = step;
  return h('span', [
    h('strong', { className: [outcome] }, outcome),
    ` ${shownDuration(ms)}`,
    ...(fixes.length > 0 ? [`, fixed: ${fixes.join(', ')}`] : []),
    ...(message === '' ? [] : [h('br'), message]),
  ]);
}
