import { h } from 'hastscript';
import { duration } from '../base/shown-duration.ts';
import type { PassDetail } from '../model/pass-record.ts';

/** Waiting for checks that is worth a mark, in milliseconds. */
export const LONG_WAIT_MS = 1_000;

/** One bar for each step of a pass, as wide as the step took. Fixes and waits are marked. */
export function passTimeline(pass: PassDetail, linkTo: (step: string) => string = (step) => `#${step}`) {
  const longest = Math.max(1, ...pass.steps.map(({ ms }) => ms));
  return h('figure.timeline', [
    h('figcaption', `${pass.verb}, ${pass.outcome}, ${pass.at.replace('T', ' ').slice(0, 16)} UTC`),
    h(
      'ol',
      pass.steps.map((step) =>
        h('li', [
          h('a', { href: linkTo(step.id) }, step.title),
          h('meter', {
            className: [step.outcome],
            min: 0,
            max: longest,
            value: step.ms,
            ariaLabel: `${step.title}: ${step.outcome}`,
          }),
          h('span', `${step.outcome}, ${duration(step.ms)}`),
          ...marksOf(step).map((mark) => h('span.mark', mark)),
        ]),
      ),
    ),
  ]);
}

function marksOf({ fixes, waitedMs }: PassDetail['steps'][number]): string[] {
  return [
    ...(fixes.length > 0 ? [`fixed: ${fixes.join(', ')}`] : []),
    ...(waitedMs >= LONG_WAIT_MS ? [`waited ${duration(waitedMs)} for its checks`] : []),
  ];
}
