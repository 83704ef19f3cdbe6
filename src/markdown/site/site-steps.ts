import { nearest } from '../../base/nearest.ts';
import type { Runbook, Step } from '../../model/runbook.ts';
import { textOfLines } from '../commonmark/block.ts';
import { scanBlocks } from '../commonmark/scan.ts';
import { readLabel } from '../labels.ts';
import { readReferences } from '../references.ts';
import type { Report } from '../report.ts';
import type { Document } from './composed-text.ts';

/** What one level-3 heading of a site does to the steps of its base. */
export type SiteStep = { readonly step: Step } & (
  | { readonly kind: 'replaced' }
  /** `after`: the step that it follows, or that a problem serves; absent: it comes last. */
  | { readonly kind: 'added'; readonly after?: string }
  | { readonly kind: 'not-here'; readonly id: string }
);

/** The id in `Not here: ID`, the title of what a site leaves out. */
export const idNotHere = (title: string): string | undefined => /^not here:(.*)$/i.exec(title)?.[1]?.trim();

/**
 * Reads the steps and problems of a site: those with the id of one of the base replace it, `### Not here: ID` removes one, and
 * others are added. Reports what has no reason, and names that the base does not have.
 */
export function readSiteSteps(site: Document, base: Runbook, report: Report): SiteStep[] {
  const known = new Set(base.steps.map(({ id }) => id));
  const own = site.runbook.steps.map(({ id }) => id);
  const labels = labelsOf(site);
  const labelOf = (name: 'After' | 'For', { span }: Step) =>
    labels.find((each) => each.name === name && each.at >= span.start && each.at < span.end);
  return site.runbook.steps.flatMap((step): SiteStep[] => {
    const at = step.headingSpan.start;
    if (step.why === '') {
      const message = `A site must say why it differs from its base. \`${step.title}\` has no Why.`;
      report.error('site-without-why', at, message, 'Add a paragraph `Why: …`.');
    }
    const id = idNotHere(step.title);
    if (id !== undefined) {
      if (known.has(id)) return [{ kind: 'not-here', step, id }];
      report.error('unknown-base-step', at, notInBase('Not here', id), suggested(id, [...known]));
      return [];
    }
    const after = labelOf('After', step);
    if (known.has(step.id)) {
      if (after === undefined) return [{ kind: 'replaced', step }];
      const message = `A step that replaces one of the base keeps its position. \`${step.id}\` says After.`;
      report.error('moved-base-step', after.at, message, 'Remove After, or give the step another name.');
      return [];
    }
    if (after === undefined) {
      const served = step.kind === 'problem' ? labelOf('For', step)?.id : undefined;
      if (served !== undefined) return [{ kind: 'added', step, after: served }];
      if (step.needs.kind === 'listed' || step.kind === 'problem') return [{ kind: 'added', step }];
      const message = `A step of a site must replace a step of its base, or say After or Needs. \`${step.id}\` does neither.`;
      report.error('unknown-base-step', at, message, suggested(step.id, [...known]));
      return [];
    }
    if (known.has(after.id) || own.includes(after.id)) return [{ kind: 'added', step, after: after.id }];
    report.error(
      'unknown-base-step',
      after.at,
      notInBase('After', after.id),
      suggested(after.id, [...known]),
    );
    return [];
  });
}

interface WrittenLabel {
  readonly name: 'After' | 'For';
  readonly id: string;
  readonly at: number;
}

/** After exists only in sites: for the merged document it is prose. For names steps that only the base may have. */
function labelsOf({ source, runbook }: Document): WrittenLabel[] {
  return scanBlocks(source, runbook.frontMatter.span?.end ?? 0).flatMap((block): WrittenLabel[] => {
    if (block.kind !== 'paragraph' || block.container?.quoted) return [];
    const label = readLabel(textOfLines(source.text, block.lines), ['After', 'For'] as const);
    const [reference] = label ? readReferences(label.rest) : [];
    return label ? [{ name: label.name, id: reference?.written ?? '', at: block.span.start }] : [];
  });
}

function notInBase(what: string, id: string): string {
  return `${what} must name a step of the base. \`${id}\` does not exist there.`;
}

function suggested(id: string, known: readonly string[]): string {
  const near = nearest(id, known);
  return near ? `Did you mean \`${near}\`?` : `Steps of the base: ${known.slice(0, 12).join(', ')}.`;
}
