import type { DraftFence } from '../../loop/attempt.ts';
import type { Span } from '../../model/place.ts';
import type { Runbook, Step } from '../../model/runbook.ts';
import { codeText } from '../action-fence.ts';
import type { Block } from '../commonmark/block.ts';
import { scanBlocks } from '../commonmark/scan.ts';
import { readInfo } from '../fence.ts';
import type { DocumentText } from '../source.ts';
import type { LearnedStep } from './learned.ts';
import { labeledProse, renderFence } from './render.ts';
import type { Edit } from './splice.ts';

/**
 * Edits that replace a step's fences and keep its prose, needs and conditions. A fence with the same text and
 * attributes is not touched.
 */
export function revisionEdits(source: DocumentText, runbook: Runbook, steps: readonly LearnedStep[]): Edit[] {
  const revised = steps.flatMap((learned) => {
    const step = runbook.steps.find(({ id }) => id === learned.id);
    return step && learned.kind === 'revised' ? [{ learned, step }] : [];
  });
  if (revised.length === 0) return [];
  const blocks = scanBlocks(source, runbook.frontMatter.span?.end ?? 0);
  return revised.flatMap(({ learned, step }) => editsOf(source, blocks, step, learned));
}

function editsOf(source: DocumentText, blocks: readonly Block[], step: Step, { body }: LearnedStep): Edit[] {
  const acting = step.actions.map(({ span }) => span);
  const undoing = step.undo.map(({ span }) => span);
  const checking = verifySpans(source, blocks, step);
  const asked = sameChecks(step, body.verify) ? undefined : body.verify;
  const heading = step.headingSpan;
  const end = acting.at(-1) ?? heading;
  const judged = checking.at(-1) ?? end;
  return [
    ...replaced(source, blocks, acting, body.run, heading),
    ...(checking.length > 0 || !asked || asked.length === 0
      ? replaced(source, blocks, checking, asked, end)
      : [inserted(source, end, ['Verify:', ...asked.map(renderFence)])]),
    ...(undoing.length > 0 || body.undo.length === 0
      ? replaced(source, blocks, undoing, body.undo.length > 0 ? body.undo : undefined, judged)
      : [inserted(source, judged, ['Undo:', ...body.undo.map(renderFence)])]),
    ...(step.why === '' && body.why !== ''
      ? [inserted(source, heading, [labeledProse('Why', body.why)])]
      : []),
  ];
}

/** The fences under Verify: those that contain one of its checks. */
function verifySpans(source: DocumentText, blocks: readonly Block[], { span: around, verify }: Step): Span[] {
  const lines = verify.map(({ place }) => place.line);
  return blocks
    .filter(({ kind, span }) => kind === 'fence' && span.start >= around.start && span.end <= around.end)
    .map(({ span }) => span)
    .filter((span) => {
      const [first, last] = [source.placeAt(span.start).line, source.placeAt(span.end).line];
      return lines.some((line) => line >= first && line <= last);
    });
}

/** Replaces fences one by one. Extra new fences are added after the last one, extra old ones are removed. */
function replaced(
  source: DocumentText,
  blocks: readonly Block[],
  spans: readonly Span[],
  fences: readonly DraftFence[] | undefined,
  behind: Span,
): Edit[] {
  if (fences === undefined) return [];
  const rendered = fences.map((fence) => renderFence(fence).replaceAll('\n', source.eol));
  const changed = spans.flatMap((span, index): Edit[] => {
    const text = rendered[index];
    if (text === undefined) return [{ span, text: '' }];
    return isSame(source, blocks, span, fences[index]!) ? [] : [{ span, text }];
  });
  const added = rendered.slice(spans.length);
  return added.length === 0 ? changed : [...changed, inserted(source, spans.at(-1) ?? behind, added)];
}

/** Compares fences regardless of their marks and indentation. */
function isSame(source: DocumentText, blocks: readonly Block[], span: Span, fence: DraftFence): boolean {
  const block = blocks.find((each) => each.kind === 'fence' && each.span.start === span.start);
  if (block?.kind !== 'fence') return false;
  const { language, attributes } = readInfo(block.info);
  return (
    language === fence.lang &&
    codeText(source, block.lines) === fence.text &&
    Object.keys(attributes).length === Object.keys(fence.attributes).length &&
    Object.entries(attributes).every(([key, value]) => fence.attributes[key] === value)
  );
}

/** The same checks in the same order, regardless of how they are split into fences and of the prose around them. */
function sameChecks({ verify }: Step, fences: readonly DraftFence[]): boolean {
  const before = verify.map((check) => (check.kind === 'shell' ? check.action.text.trim() : check.text));
  const after = fences.flatMap(({ lang, text }) =>
    lang === 'check' ? text.split('\n').map((line) => line.trim()) : [text.trim()],
  );
  return before.join('\n') === after.filter((line) => line !== '' && !line.startsWith('#')).join('\n');
}

function inserted({ eol }: DocumentText, behind: Span, parts: readonly string[]): Edit {
  const text = parts.map((part) => `\n\n${part}`).join('');
  return { span: { start: behind.end, end: behind.end }, text: text.replaceAll('\n', eol) };
}
