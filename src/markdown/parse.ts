import type { Runbook, Section } from '../model/runbook.ts';
import { type CodeReader, readCode } from './action-fence.ts';
import type { Block } from './commonmark/block.ts';
import { inlineText } from './commonmark/inline.ts';
import { scanBlocks } from './commonmark/scan.ts';
import { readEndpoints } from './endpoints.ts';
import { readFacts } from './facts.ts';
import { type ReadFrontMatter, readFrontMatter } from './front-matter.ts';
import { readInputs, refuseRepeatedNames } from './inputs.ts';
import { isLooseShell, readLooseSteps, readPrerequisites } from './loose.ts';
import { readDecisions, readQuestions } from './memory.ts';
import { readCertificate } from './record/certificate.ts';
import { Report } from './report.ts';
import { resolveSteps } from './resolve.ts';
import { readSchedule } from './schedule.ts';
import { type Chapter, readChapters, readEntries, type SectionEntry } from './sections.ts';
import type { DocumentText } from './source.ts';
import { readStep } from './steps.ts';

export interface ParseOptions {
  /** Also read other markdown, with each shell fence as a step. Otherwise such a document has no steps. */
  readonly loose?: boolean;
}

/**
 * Parses a document into a runbook by the rules of docs/format.md. Never throws and runs nothing: errors are in
 * `diagnostics`, with place and remedy. Takes time linear in the text.
 */
export function parseRunbook(source: DocumentText, options: ParseOptions = {}): Runbook {
  const report = new Report(source);
  const reader: CodeReader = { source, report };
  const front = readFrontMatter(source, report);
  const blocks = scanBlocks(source, front.bodyStart);
  const { version, site } = front.frontMatter;
  const chapters = readChapters(source, blocks, version === 1 || site !== undefined);
  const kind = isRunbook(source, front, chapters) ? 'runbook' : 'loose';
  refuseUnclosedFences(report, blocks);

  const of = (wanted: Section['kind']) => chapters.filter(({ section }) => section.kind === wanted);
  const strict = (wanted: Section['kind']) => (kind === 'runbook' ? of(wanted) : []);
  const inputs = strict('inputs').flatMap((chapter) => readInputs(reader, chapter));
  const facts = of('facts').flatMap((chapter) => readFacts(reader, chapter));
  if (kind === 'runbook') refuseRepeatedNames(report, inputs, facts);
  const steps =
    kind === 'runbook' ? readSteps(reader, chapters, blocks) : readLoose(reader, front, blocks, options);
  return {
    file: source.file,
    kind,
    name: nameOf(source, front, blocks),
    frontMatter: front.frontMatter,
    sections: chapters.map(({ section }) => section),
    steps,
    inputs,
    facts,
    decisions: of('decisions').flatMap((chapter) => readDecisions(source, chapter)),
    endpoints: strict('endpoints').flatMap((chapter) => readEndpoints(reader, chapter)),
    schedule: strict('schedule').flatMap((chapter) => readSchedule(reader, chapter, steps)),
    questions: of('questions').flatMap((chapter) => readQuestions(source, chapter)),
    prerequisites:
      kind === 'loose' ? of('prerequisites').flatMap((chapter) => readPrerequisites(reader, chapter)) : [],
    ...readCertificate(source, blocks),
    diagnostics: report.diagnostics,
  };
}

/** It has `runbook: 1`, or is a site, or has a section named exactly Steps with at least one step. */
function isRunbook(
  source: DocumentText,
  { mapping, frontMatter: { site } }: ReadFrontMatter,
  chapters: readonly Chapter[],
): boolean {
  const holdsSteps = (each: Chapter) => each.section.kind === 'steps' && readEntries(source, each).length > 0;
  return mapping.runbook !== undefined || site !== undefined || chapters.some(holdsSteps);
}

function readSteps(
  reader: CodeReader,
  chapters: readonly Chapter[],
  blocks: readonly Block[],
): Runbook['steps'] {
  const drafts = chapters.flatMap((chapter) => {
    const { kind } = chapter.section;
    if (kind !== 'steps' && kind !== 'problems') return [];
    const entries = readEntries(reader.source, chapter);
    warnOfFencesBefore(entries[0], chapter, reader.report);
    return entries.map((entry) => readStep(reader, entry, kind));
  });
  return resolveSteps(reader.report, blocks, drafts);
}

/** Nothing runs between the section's heading and its first step, which the author may not expect. */
function warnOfFencesBefore(first: SectionEntry | undefined, { blocks }: Chapter, report: Report): void {
  for (const block of blocks) {
    if (first && block.span.start >= first.start) return;
    if (block.kind !== 'fence' || block.container?.quoted || !readCode(block).acts) continue;
    const message = 'A fence must belong to a step to run. This one is before the first step of its section.';
    report.warning('fence-outside-step', block.span.start, message, 'Put it under a level-3 heading.');
  }
}

function readLoose(
  reader: CodeReader,
  { mapping: { cwd, shell } }: ReadFrontMatter,
  blocks: readonly Block[],
  { loose = false }: ParseOptions,
): Runbook['steps'] {
  if (!loose) return [];
  if (typeof shell === 'string' && !isLooseShell(shell)) {
    const message = `The front matter's shell must be a shell that is known here. It is ${JSON.stringify(shell)}.`;
    reader.report.error('bad-front-matter', 0, message, 'Write bash, sh, zsh, dash, ksh or fish.');
  }
  return readLooseSteps(reader, blocks, {
    ...(typeof cwd === 'string' ? { cwd } : {}),
    ...(typeof shell === 'string' ? { shell } : {}),
  });
}

/** Front matter's name, else the first level-1 heading, else the file's name. */
function nameOf({ file }: DocumentText, { frontMatter }: ReadFrontMatter, blocks: readonly Block[]): string {
  const title = blocks.find((block) => block.kind === 'heading' && block.depth === 1 && !block.container);
  const heading = title?.kind === 'heading' ? inlineText(title.text).trim() : '';
  return frontMatter.name ?? (heading || file.replace(/^.*[/\\]/, '').replace(/\.(?:md|markdown)$/i, ''));
}

/** CommonMark lets an unclosed fence run to the end of the document. Here that would swallow the following steps. */
function refuseUnclosedFences(report: Report, blocks: readonly Block[]): void {
  for (const block of blocks) {
    if (block.kind !== 'fence' || block.closed || block.container?.quoted) continue;
    const message = 'A fence must be closed. This one is not, so everything after it belongs to it.';
    report.error('unclosed-fence', block.span.start, message, 'Close it with a line of the same marks.');
  }
}
