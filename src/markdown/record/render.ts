import { plainText as withoutControls } from '../../base/plain-text.ts';
import type { DraftFence, StepBody } from '../../loop/attempt.ts';
import { inlineText } from '../commonmark/inline.ts';
import { slugOf } from './slug.ts';

/** The origin of an entry: one comment line under its heading, so that headings can be renamed freely. */
export interface Provenance {
  /** ISO date. */
  readonly date: string;
  /** The attempt that proved it and, for a problem, its id. */
  readonly from: readonly string[];
}

/** A problem to write into the document. */
export interface ProblemEntry {
  readonly title: string;
  readonly for?: string;
  /** Markdown; the text to match is in inline code. */
  readonly symptom: string;
  readonly why: string;
  readonly fix: readonly DraftFence[];
  /** Prose instead of fences, such as a link to the changed step. It never runs. */
  readonly fixText?: string;
  readonly verify: readonly DraftFence[];
  readonly note?: Provenance;
}

/** A step under its heading. If the heading does not produce the step's id, a fence's name keeps the id. */
export function renderStep(id: string, body: StepBody, note?: Provenance): string {
  const title = oneLine(body.title);
  const run = slugOf(inlineText(title)) === id ? body.run : named(body.run, id);
  return paragraphs([
    `### ${title}`,
    comment(note),
    labeledProse('Why', body.why),
    ...run.map(renderFence),
    ...part('Verify', body.verify),
    ...part('Undo', body.undo),
  ]);
}

/** A problem under its heading. */
export function renderProblem(problem: ProblemEntry): string {
  const fix = problem.fix.map(({ attributes: { name: _, ...attributes }, ...fence }) => ({
    ...fence,
    attributes,
  }));
  return paragraphs([
    `### ${oneLine(problem.title)}`,
    comment(problem.note),
    problem.for === undefined ? '' : `For: ${problem.for}`,
    labeledProse('Symptom', problem.symptom),
    labeledProse('Why', problem.why),
    problem.fixText === undefined ? '' : `Fix: ${oneLine(problem.fixText)}`,
    ...part('Fix', fix),
    ...part('Verify', problem.verify),
  ]);
}

/** A fence whose marks are longer than any run of backticks in its text. */
export function renderFence({ lang, text, attributes }: DraftFence): string {
  const info = Object.keys(attributes).length > 0 ? `${lang} ${JSON.stringify(attributes)}` : lang;
  const longest = Math.max(2, ...[...text.matchAll(/^[ \t]*(`+|~+)/gm)].map(([, run = '']) => run.length));
  // The info string of a backtick fence must not contain a backtick (CommonMark 0.31, section 4.5).
  const marks = (info.includes('`') ? '~' : '`').repeat(longest + 1);
  const lines = text.replaceAll('\r\n', '\n').replace(/\n+$/, '');
  return `${marks}${info}\n${lines === '' ? '' : `${lines}\n`}${marks}`;
}

/** A label with its prose; empty without prose. */
export function labeledProse(label: string, prose: string): string {
  const text = oneLine(prose);
  return text === '' ? '' : `${label}: ${text}`;
}

/**
 * Prose on one line, without text that would change its meaning: control characters, line ends, the start of a
 * comment.
 */
export function oneLine(prose: string): string {
  return withoutControls(prose).replace(/\s+/g, ' ').trim().replaceAll('<!--', '&lt;!--');
}

/** The parts of an entry, separated by blank lines; ends with one line end. */
export function paragraphs(parts: readonly string[]): string {
  return `${parts.filter((each) => each !== '').join('\n\n')}\n`;
}

/** The engine's comment, or an empty text. */
function comment(note: Provenance | undefined): string {
  if (note === undefined) return '';
  const words = [note.date, ...note.from].map((each) => each.replaceAll('--', '-'));
  return `<!-- runbook: ${words.join(', ')} -->`;
}

function part(label: string, fences: readonly DraftFence[]): string[] {
  return fences.length === 0 ? [] : [`${label}:`, ...fences.map(renderFence)];
}

function named(run: readonly DraftFence[], id: string): readonly DraftFence[] {
  const [first, ...others] = run;
  if (!first || run.some((each) => each.attributes.name === id)) return run;
  return [{ ...first, attributes: { ...first.attributes, name: id } }, ...others];
}
