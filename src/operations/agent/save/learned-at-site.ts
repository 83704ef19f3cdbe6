import type { Learned, LearnedStep } from '../../../markdown/record/learned.ts';
import { type AgentDocument, withSteps } from '../working.ts';

/**
 * What was learned, as entries of a site: a changed step of the base is written whole, to replace it here, and a new step says
 * which one it follows. Steps that the site has already are changed in place.
 */
export function learnedAtSite(document: AgentDocument, own: AgentDocument, learned: Learned): Learned {
  const written = new Set(own.runbook.steps.map(({ id }) => id));
  const { steps = [] } = learned;
  const here = steps.filter(({ id }) => written.has(id));
  const others = steps.filter(({ id }) => !written.has(id));
  if (others.length === 0) return learned;
  const last = document.runbook.steps.findLast(({ section, kind }) => section === 'steps' && kind === 'step');
  const whole = withSteps(document, steps);
  const entries = others.map((step) => entryOf(whole.document, { after: last?.id, ...step }));
  return { ...learned, steps: here, entries };
}

function entryOf(
  { source, runbook }: Pick<AgentDocument, 'source' | 'runbook'>,
  { id, kind, after }: Omit<LearnedStep, 'after'> & { readonly after: string | undefined },
): string {
  const { span, headingSpan } = runbook.steps.find((each) => each.id === id)!;
  const rest = source.text.slice(headingSpan.end, span.end).replaceAll('\r\n', '\n').trim();
  // Where the base has no step at all, Needs makes it an additional one.
  const place = kind === 'revised' ? '' : `${after === undefined ? 'Needs: none' : `After: ${after}`}\n\n`;
  return `${source.text.slice(span.start, headingSpan.end)}\n\n${place}${rest}\n`;
}
