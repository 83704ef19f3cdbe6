import { regexProblem } from '../base/regex.ts';
import type { OutputCheck } from '../model/check.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import {
  type CodeReader,
  codeText,
  consoleCommands,
  type ReadAction,
  readAction,
  readCode,
} from './action-fence.ts';
import type { Block, FenceBlock, HeadingBlock } from './commonmark/block.ts';
import { textOf } from './commonmark/block.ts';
import { commentText } from './commonmark/comment.ts';
import { inlineText, readInline } from './commonmark/inline.ts';
import { percentDecoded } from './commonmark/link-parts.ts';
import { slugOf } from './record/slug.ts';
import type { Chapter } from './sections.ts';

/**
 * The steps of a loose document: each shell fence is one, under the heading above it. Labels mean nothing here, and
 * what stands in quotes never runs. InnovationEngine's `<!-- expected_similarity=… -->` makes the fence behind it the
 * expected output of the last shell fence.
 *
 * @param defaults runme's own front matter: a directory and a shell for all fences
 */
export function readLooseSteps(
  reader: CodeReader,
  blocks: readonly Block[],
  defaults: { readonly cwd?: string; readonly shell?: string },
): Step[] {
  const steps: Step[] = [];
  const ids = new Set<string>();
  let heading: HeadingBlock | undefined;
  let similarity: OutputCheck['similarity'] | undefined;
  for (const block of blocks) {
    if (block.kind === 'heading' && !block.container) heading = block;
    const comment = commentText(reader.source, block);
    if (comment !== undefined) similarity = readSimilarity(reader, comment, block) ?? similarity;
    if (block.kind !== 'fence' || block.container?.quoted) continue;
    const code = readCode(block, { loose: true });
    const last = steps.at(-1);
    // A comment that no output follows: the next commands are commands all the same.
    if (code.acts === 'shell') similarity = undefined;
    if (similarity && last) {
      steps[steps.length - 1] = { ...last, verify: [...last.verify, outputCheck(reader, block, similarity)] };
      similarity = undefined;
      continue;
    }
    const read = code.acts === 'shell' ? readAction(reader, code, 'run') : undefined;
    if (read) steps.push(looseStep(reader, { block, heading, read, index: steps.length, ids, defaults }));
  }
  return steps;
}

interface LooseFence {
  readonly block: FenceBlock;
  readonly heading: HeadingBlock | undefined;
  readonly read: ReadAction;
  readonly index: number;
  /** Taken already. */
  readonly ids: Set<string>;
  readonly defaults: { readonly cwd?: string; readonly shell?: string };
}

function looseStep({ source }: CodeReader, { block, heading, read, index, ids, defaults }: LooseFence): Step {
  const { action, attributes } = read;
  const title = heading ? inlineText(heading.text).trim() : `Block ${index + 1}`;
  const id = unique(action.name ?? (slugOf(title) || `block-${index + 1}`), ids);
  return {
    kind: 'step',
    id,
    title,
    section: 'steps',
    index,
    span: block.span,
    headingSpan: heading?.span ?? { start: block.span.start, end: block.span.start },
    place: source.placeAt(block.span.start),
    why: '',
    needs: { kind: 'previous' },
    when: [],
    actions: [withDefaults(withoutPrompts(action), defaults)],
    verify: [],
    undo: [],
    symptoms: [],
    symptomText: '',
    fixText: '',
    excluded: attributes.excludeFromRunAll,
  };
}

/** Many READMEs write `$ ` in front of each command of a shell fence: where the first line does, it is a console. */
function withoutPrompts(action: ReadAction['action']): ReadAction['action'] {
  const isConsole = action.kind === 'shell' && action.carries && action.text.trimStart().startsWith('$ ');
  return isConsole ? { ...action, text: consoleCommands(action.text) } : action;
}

function withDefaults(
  action: ReadAction['action'],
  { cwd, shell }: LooseFence['defaults'],
): ReadAction['action'] {
  const placed = cwd !== undefined && action.cwd === undefined ? { ...action, cwd } : action;
  const isShell = placed.kind === 'shell' && placed.carries && !('interpreter' in placed.attributes);
  return isShell && (shell === 'bash' || shell === 'sh' || shell === 'zsh')
    ? { ...placed, interpreter: [shell] }
    : placed;
}

/** The second fence under one heading is `install-1`, as GitHub numbers anchors: repeated ids are no error here. */
function unique(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let count = 1; ids.has(id); count++) id = `${wanted}-${count}`;
  ids.add(id);
  return id;
}

/** `expected_similarity=0.8` or `expected_similarity="^regular expression$"`. */
function readSimilarity(
  reader: CodeReader,
  comment: string,
  block: Block,
): OutputCheck['similarity'] | undefined {
  const [, quoted, number] = /\bexpected_similarity\s*=\s*(?:"(.*)"|'?([\d.]+)'?)/s.exec(comment) ?? [];
  if (number !== undefined && Number(number) >= 0 && Number(number) <= 1)
    return { kind: 'score', atLeast: Number(number) };
  if (quoted === undefined) return undefined;
  if (/^[\d.]+$/.test(quoted)) return { kind: 'score', atLeast: Number(quoted) };
  const problem = regexProblem(quoted);
  if (!problem) return { kind: 'regex', pattern: quoted };
  const message = `The expected output's expression cannot be used: ${problem}.`;
  reader.report.error('bad-regex', block.span.start, message, 'Write it in the syntax of RE2.');
  return undefined;
}

function outputCheck(
  { source }: CodeReader,
  block: FenceBlock,
  similarity: OutputCheck['similarity'],
): OutputCheck {
  const text =
    similarity.kind === 'score'
      ? `output similar by ${similarity.atLeast}`
      : `output matches /${similarity.pattern}/`;
  const expected = codeText(source, block.lines);
  const language = readCode(block).info.language;
  return {
    kind: 'output',
    text,
    expected,
    similarity,
    language,
    withinMs: 0,
    place: source.placeAt(block.span.start),
  };
}

/** Relative links to markdown files; never URLs. operations/prerequisites refuses those that leave the folder. */
export function readPrerequisites({ source }: CodeReader, { blocks }: Chapter): Runbook['prerequisites'] {
  return blocks.flatMap((block) => {
    if (block.kind !== 'paragraph' || block.container?.quoted) return [];
    const hrefs = readInline(textOf(source.text, block.lines)).map(({ href }) =>
      percentDecoded(href?.replace(/[#?].*$/s, '') ?? ''),
    );
    const paths = [...new Set(hrefs)].filter((path) => isRelative(path) && /\.(?:md|markdown)$/i.test(path));
    return paths.map((path) => ({ path, place: source.placeAt(block.span.start) }));
  });
}

/** Not a URL, not absolute. Whether it stays in the folder is asked of the file system, which knows the symlinks. */
function isRelative(path: string): boolean {
  return path !== '' && !/^(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\])/.test(path);
}
