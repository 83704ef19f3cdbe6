import type { Section, SectionKind } from '../model/runbook.ts';
import type { Block, HeadingBlock } from './commonmark/block.ts';
import { inlineText } from './commonmark/inline.ts';
import type { DocumentText } from './source.ts';

/** A section and the blocks under its heading. */
export interface Chapter {
  readonly section: Section;
  readonly blocks: readonly Block[];
}

/** A heading inside a section and its content: a step, a problem, a decision or a question. */
export interface SectionEntry {
  readonly heading: HeadingBlock;
  readonly title: string;
  /** From after the heading to the next heading of the same or a higher level. */
  readonly blocks: readonly Block[];
  readonly start: number;
  readonly end: number;
}

const NAMES: Readonly<Record<string, SectionKind>> = {
  steps: 'steps',
  problems: 'problems',
  inputs: 'inputs',
  facts: 'facts',
  decisions: 'decisions',
  endpoints: 'endpoints',
  schedule: 'schedule',
  'open questions': 'questions',
  prerequisites: 'prerequisites',
};

/** Titles that other documents may use with a different meaning, so they count only with `runbook: 1`. */
const SYNONYMS: Readonly<Record<string, SectionKind>> = {
  setup: 'steps',
  deploy: 'steps',
  install: 'steps',
  'known problems': 'problems',
  troubleshooting: 'problems',
  variables: 'inputs',
  secrets: 'inputs',
  environment: 'facts',
};

/** The level-2 headings of a document with their content. Headings in quotes and lists are ignored. */
export function readChapters(
  source: DocumentText,
  blocks: readonly Block[],
  withSynonyms: boolean,
): Chapter[] {
  return split(source, blocks, 2).map(({ heading, title, blocks, start, end }) => ({
    blocks,
    section: {
      kind: kindOf(title, withSynonyms),
      title,
      span: { start, end },
      headingSpan: heading.span,
      place: source.placeAt(heading.span.start),
    },
  }));
}

/** The level-3 headings of a section with their content. */
export function readEntries(source: DocumentText, chapter: Chapter): SectionEntry[] {
  return split(source, chapter.blocks, 3, chapter.section.span.end);
}

function split(
  source: DocumentText,
  blocks: readonly Block[],
  depth: number,
  end = source.text.length,
): SectionEntry[] {
  const entries: SectionEntry[] = [];
  for (let index = 0; index < blocks.length; index++) {
    const heading = blocks[index]!;
    if (!isHeading(heading) || heading.depth !== depth) continue;
    let next = index + 1;
    while (next < blocks.length && !endsEntry(blocks[next]!, depth)) next++;
    const follower = blocks[next];
    entries.push({
      heading,
      title: inlineText(heading.text).replaceAll('\n', ' ').trim(),
      blocks: blocks.slice(index + 1, next),
      start: lineStart(source.text, heading),
      end: follower ? lineStart(source.text, follower) : end,
    });
    index = next - 1;
  }
  return entries;
}

/** Only blanks may precede a heading on its line. */
function lineStart(text: string, { span }: Block): number {
  let at = span.start;
  while (at > 0 && text[at - 1] === ' ') at--;
  return at;
}

function isHeading(block: Block): block is HeadingBlock {
  return block.kind === 'heading' && block.container === undefined;
}

function endsEntry(block: Block, depth: number): boolean {
  return isHeading(block) && block.depth <= depth;
}

/** Ignores case, leading numbers, emoji and a final colon. */
function kindOf(title: string, withSynonyms: boolean): Section['kind'] {
  const name = title
    .toLowerCase()
    .replace(/:[a-z0-9_+-]+:|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\u200D|\uFE0F/gu, '')
    .trim()
    .replace(/^\d+(?:[.)]\d+)*[.):]?\s+/, '')
    .replace(/\s*:$/, '');
  if (Object.hasOwn(NAMES, name)) return NAMES[name]!;
  return withSynonyms && Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name]! : 'other';
}
