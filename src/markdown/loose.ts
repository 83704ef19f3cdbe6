import { regexProblem } from '../base/regex.ts';
import type { OutputCheck } from '../model/check.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import {
  CARRYING,
  type Code,
  type CodeReader,
  codeText,
  consoleCommands,
  type ReadAction,
  readAction,
  readCode,
} from './action-fence.ts';
import type { Block, FenceBlock, HeadingBlock } from './commonmark/block.ts';
import { textOfLines } from './commonmark/block.ts';
import { commentText } from './commonmark/comment.ts';
import { inlineText, readInline } from './commonmark/inline.ts';
import { percentDecoded } from './commonmark/link-parts.ts';
import { slugOf } from './record/slug.ts';
import type { Chapter } from './sections.ts';

/**
 * The steps of a loose document: each shell fence is a step, named by the heading above it. Labels have no meaning,
 * and code in quotes never runs. InnovationEngine's `<!-- expected_similarity=… -->` makes the next fence the expected
 * output of the last shell fence.
 * | @param defaults runme's front matter: a directory and a shell for all fences
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
    const code = readLooseCode(reader, block);
    const last = steps.at(-1);
    // The comment is not followed by an output fence, so it has no effect on the next commands.
    if (code.acts === 'shell') similarity = undefined;
    if (similarity && last) {
      steps[steps.length - 1] = { ...last, verify: [...last.verify, outputCheck(reader, block, similarity)] };
      similarity = undefined;
      continue;
    }
    const read = code.acts === 'shell' ? readAction(reader, code, 'run') : undefined;
    if (read) steps.push(looseStep(reader, { block, heading, read, index: steps.length, ids, defaults }));
  }
  if (steps.length === 0) explainNoStep(reader, blocks);
  return steps;
}

/** Attributes that cannot be read belong to another tool. A fence without a language that starts with a prompt is a console. */
function readLooseCode({ source, report }: CodeReader, block: FenceBlock): Code {
  const isConsole = block.info.trim() === '' && startsWithPrompt(codeText(source, block.lines));
  const code = readCode(isConsole ? { ...block, info: 'console' } : block, { loose: true });
  const { info, acts } = code;
  const { name } = info.attributes;
  if (acts === undefined && name !== undefined && info.language !== '') {
    const message = `A named fence should run. "${name}" does not, because no program is known for the language ${info.language}.`;
    report.warning('fence-not-run', block.span.start, message, 'Add the attribute `interpreter`.');
  }
  if (info.unreadable === undefined) return code;
  const message = `The attributes of this fence cannot be parsed, so they are ignored: ${info.unreadable}.`;
  report.warning(
    'bad-attributes',
    block.span.start,
    message,
    'Write one flat JSON object to have them read.',
  );
  return { ...code, info: { language: info.language, attributes: {} } };
}

/** Says of each fence why it is not a step. */
function explainNoStep({ report }: CodeReader, blocks: readonly Block[]): void {
  for (const block of blocks) {
    if (block.kind !== 'fence') continue;
    const { info } = readCode(block, { loose: true });
    const why = block.container?.quoted
      ? 'it is inside a quotation'
      : info.attributes.ignore !== undefined
        ? 'it has the attribute `ignore`'
        : info.language === ''
          ? 'it names no language and has no line that starts with `$ `'
          : `its language is ${info.language}`;
    const message = `The document has no step. This fence is not a step, because ${why}.`;
    report.warning(
      'fence-not-run',
      block.span.start,
      message,
      'Write the language `bash` or `sh` after the fence marks.',
    );
  }
}

interface LooseFence {
  readonly block: FenceBlock;
  readonly heading: HeadingBlock | undefined;
  readonly read: ReadAction;
  readonly index: number;
  /** Ids in use. */
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

/**
 * Many READMEs write `$ ` in front of commands. If the first command has it, lines without it are output, as in a console. If
 * only later lines have it, all lines are commands, and the prompts are removed.
 */
function withoutPrompts(action: ReadAction['action']): ReadAction['action'] {
  if (action.kind !== 'shell' || !action.carries) return action;
  if (startsWithPrompt(action.text)) return { ...action, ...consoleCommands(action.text) };
  return { ...action, text: withoutMarks(action.text) };
}

/** The text without `$ ` in front of commands. The lines of here-documents stay as they are. */
function withoutMarks(text: string): string {
  let end: string | undefined;
  const lines = text.split('\n').map((line) => {
    if (end !== undefined) {
      if (line.replace(/^\t+/, '') === end) end = undefined;
      return line;
    }
    end = /(?:^|[^<])<<-?\s*(?:(['"])(.+?)\1|\\?([A-Za-z_]\w*))/.exec(line)?.slice(2).find(Boolean);
    return line.replace(/^\$ /, '');
  });
  return lines.join('\n');
}

/** Whether the first line that is not blank and no comment has a prompt. */
function startsWithPrompt(text: string): boolean {
  const first = text.split('\n').find((line) => line.trim() !== '' && !line.startsWith('#'));
  return first?.startsWith('$ ') ?? false;
}

/** Shells that runme's front matter may name. */
const SHELL_NAMES = new Set(['ash', 'bash', 'dash', 'fish', 'ksh', 'mksh', 'sh', 'zsh']);

/** Whether the front matter of a loose document may name this shell: `ksh`, but not `pwsh`. */
export function isLooseShell(name: string): boolean {
  return SHELL_NAMES.has(name);
}

function withDefaults(
  action: ReadAction['action'],
  { cwd, shell }: LooseFence['defaults'],
): ReadAction['action'] {
  const placed = cwd !== undefined && action.cwd === undefined ? { ...action, cwd } : action;
  const isShell = placed.kind === 'shell' && placed.carries && !('interpreter' in placed.attributes);
  if (!isShell || shell === undefined || !isLooseShell(shell)) return placed;
  return { ...placed, interpreter: [shell], carries: CARRYING.has(shell) };
}

/** The second fence under a heading is `install-1`, as GitHub numbers anchors. Repeated ids are not an error here. */
function unique(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let count = 1; ids.has(id); count++) id = `${wanted}-${count}`;
  ids.add(id);
  return id;
}

/** Parses `expected_similarity=0.8` or `expected_similarity="^regular expression$"`. */
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
  const message = `The regular expression of the expected output must be valid: ${problem}.`;
  reader.report.error('bad-regex', block.span.start, message, "Use RE2's syntax.");
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

/** Relative links to markdown files, never URLs. operations/prerequisites rejects links that leave the folder. */
export function readPrerequisites({ source }: CodeReader, { blocks }: Chapter): Runbook['prerequisites'] {
  return blocks.flatMap((block) => {
    if (block.kind !== 'paragraph' || block.container?.quoted) return [];
    const hrefs = readInline(textOfLines(source.text, block.lines)).map(({ href }) =>
      percentDecoded(href?.replace(/[#?].*$/s, '') ?? ''),
    );
    const paths = [...new Set(hrefs)].filter((path) => isRelative(path) && /\.(?:md|markdown)$/i.test(path));
    return paths.map((path) => ({ path, place: source.placeAt(block.span.start) }));
  });
}

/**
 * Neither a URL nor absolute. Whether it stays in the folder is checked on the file system, which resolves symlinks.
 */
function isRelative(path: string): boolean {
  return path !== '' && !/^(?:[A-Za-z][A-Za-z0-9+.-]*:|[/\\])/.test(path);
}
