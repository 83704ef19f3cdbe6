import { h } from 'hastscript';
import type { PassDetail } from '../model/pass-record.ts';
import { shownDuration } from './shown-duration.ts';

/** One bar for each step of a pass, as wide as the step took. */
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
          h('span', `${step.outcome}, ${shownDuration(step.ms)}`),
          ...(step.fixes.length > 0 ? [h('span.fixed', `fixed: ${step.fixes.join(', ')}`)] : []),
        ]),
      ),
    ),
  ]);
}
