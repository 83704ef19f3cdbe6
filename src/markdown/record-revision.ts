import type { DraftFence } from '../model/attempt.ts';
import type { Span } from '../model/place.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import type { Block } from './block.ts';
import type { LearnedStep } from './learned.ts';
import { labelled, renderFence } from './render.ts';
import { scanBlocks } from './scan.ts';
import type { Source } from './source.ts';
import type { Edit } from './splice.ts';

/**
 * Edits that give a step its new fences and leave its prose, needs and conditions as the author wrote them. A fence whose
 * text and attributes are the same is not touched.
 */
export function revisionEdits(source: Source, runbook: Runbook, steps: readonly LearnedStep[]): Edit[] {
  const revised = steps.flatMap((learned) => {
    const step = runbook.steps.find(({ id }) => id === learned.id);
    return step && learned.kind === 'revised' ? [{ learned, step }] : [];
  });
  if (revised.length === 0) return [];
  const blocks = scanBlocks(source, runbook.frontMatter.span?.end ?? 0);
  return revised.flatMap(({ learned, step }) => editsOf(source, blocks, step, learned));
}

function editsOf(source: Source, blocks: readonly Block[], step: Step, { body }: LearnedStep): Edit[] {
  const acting = step.actions.map(({ span }) => span);
  const undoing = step.undo.map(({ span }) => span);
  const checking = verifySpans(source, blocks, step);
  const heading = step.headingSpan;
  const end = acting.at(-1) ?? heading;
  const judged = checking.at(-1) ?? end;
  return [
    ...replaced(source, acting, body.run, heading),
    ...(checking.length > 0 || body.verify.length === 0
      ? replaced(source, checking, body.verify, end)
      : [inserted(source, end, ['Verify:', ...body.verify.map(renderFence)])]),
    ...(undoing.length > 0 || body.undo.length === 0
      ? replaced(source, undoing, body.undo.length > 0 ? body.undo : undefined, judged)
      : [inserted(source, judged, ['Undo:', ...body.undo.map(renderFence)])]),
    ...(step.why === '' && body.why !== '' ? [inserted(source, heading, [labelled('Why', body.why)])] : []),
  ];
}

/** The fences under Verify: those that stand around the place of one of its checks. */
function verifySpans(source: Source, blocks: readonly Block[], { span: around, verify }: Step): Span[] {
  const lines = verify.map(({ place }) => place.line);
  return blocks
    .filter(({ kind, span }) => kind === 'fence' && span.start >= around.start && span.end <= around.end)
    .map(({ span }) => span)
    .filter((span) => {
      const [first, last] = [source.placeAt(span.start).line, source.placeAt(span.end).line];
      return lines.some((line) => line >= first && line <= last);
    });
}

/** One fence for another as far as they go; what is left over is added behind the last, or taken away. */
function replaced(
  source: Source,
  spans: readonly Span[],
  fences: readonly DraftFence[] | undefined,
  behind: Span,
): Edit[] {
  if (fences === undefined) return [];
  const rendered = fences.map((fence) => renderFence(fence).replaceAll('\n', source.eol));
  const changed = spans.flatMap((span, index): Edit[] => {
    const text = rendered[index];
    if (text === undefined) return [{ span, text: '' }];
    return source.text.slice(span.start, span.end) === text ? [] : [{ span, text }];
  });
  const added = rendered.slice(spans.length);
  return added.length === 0 ? changed : [...changed, inserted(source, spans.at(-1) ?? behind, added)];
}

function inserted({ eol }: Source, behind: Span, parts: readonly string[]): Edit {
  const text = parts.map((part) => `\n\n${part}`).join('');
  return { span: { start: behind.end, end: behind.end }, text: text.replaceAll('\n', eol) };
}
