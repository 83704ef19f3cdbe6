import type { Decision, OpenQuestion } from '../model/runbook.ts';
import { type Block, type BlockContainer, textOfLines } from './commonmark/block.ts';
import { inlineText } from './commonmark/inline.ts';
import { readLabel } from './labels.ts';
import { type Chapter, readEntries, type SectionEntry } from './sections.ts';
import type { DocumentText } from './source.ts';

const LABELS = ['Why', 'Alternatives', 'Date'] as const;

/** Decisions, one per level-3 heading. Text without a label is the Why, which is how people usually write them. */
export function readDecisions(source: DocumentText, chapter: Chapter): Decision[] {
  return readEntries(source, chapter).map((entry) => {
    const texts = { Why: '', Alternatives: '', Date: '' };
    for (const { name, text } of labelledTexts(source, entry)) {
      texts[name] = [texts[name], text].filter((each) => each !== '').join('\n\n');
    }
    return {
      title: entry.title,
      why: texts.Why,
      alternatives: texts.Alternatives,
      date: texts.Date,
      span: { start: entry.start, end: entry.end },
      place: source.placeAt(entry.heading.span.start),
    };
  });
}

/** Splits the text of an entry at its labels. */
function labelledTexts(
  source: DocumentText,
  { blocks, heading, end }: SectionEntry,
): { name: (typeof LABELS)[number]; text: string }[] {
  const found = blocks.flatMap((block) => {
    const label =
      block.kind === 'paragraph' ? readLabel(textOfLines(source.text, block.lines), LABELS) : undefined;
    return label && block.kind === 'paragraph' && !block.container?.quoted ? [{ block, label }] : [];
  });
  const slice = (from: number, to: number) => source.text.slice(from, to).trim();
  const first = { name: 'Why' as const, text: slice(heading.span.end, found[0]?.block.span.start ?? end) };
  const labelled = found.map(({ block, label }, index) => {
    const behind = slice(block.span.end, found[index + 1]?.block.span.start ?? end);
    return { name: label.name, text: [label.rest, behind].filter((each) => each !== '').join('\n\n') };
  });
  return [first, ...labelled];
}

/** Open questions, one per level-3 heading. In a section without headings, one per list item. */
export function readQuestions(source: DocumentText, chapter: Chapter): OpenQuestion[] {
  const entries = readEntries(source, chapter);
  if (entries.length === 0) return itemsOf(chapter.blocks).map((item) => questionOf(source, item));
  return entries.map(({ title, heading, start, end }) => ({
    title,
    text: source.text.slice(heading.span.end, end).trim(),
    span: { start, end },
    place: source.placeAt(heading.span.start),
  }));
}

/** The outermost list items. */
function itemsOf(blocks: readonly Block[]): BlockContainer[] {
  const items = blocks.flatMap((block) => {
    let outermost = block.container;
    while (outermost?.parent) outermost = outermost.parent;
    return outermost?.kind === 'item' ? [outermost] : [];
  });
  return [...new Set(items)];
}

function questionOf(source: DocumentText, { span }: BlockContainer): OpenQuestion {
  const text = source.text
    .slice(span.start, span.end)
    .replace(/^(?:[-+*]|\d+[.)])\s+/, '')
    .trim();
  const title = inlineText(text.split(/\r?\n/, 1)[0]!);
  return { title, text, span, place: source.placeAt(span.start) };
}
