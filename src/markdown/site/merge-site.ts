import { parseDocument } from 'yaml';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Span } from '../../model/place.ts';
import type { Section, Step } from '../../model/runbook.ts';
import { inYamlLines } from '../front-matter.ts';
import { Report } from '../report.ts';
import { type DocumentText, lineIndexAt } from '../source.ts';
import { type ComposedText, composeText, type Document, type TextPiece } from './composed-text.ts';
import { generated, mergeInputs, type Replacement, withoutFacts } from './site-inputs.ts';
import { readSiteSteps, type SiteStep } from './site-steps.ts';

/** Errors of a site alone that its base may resolve. */
const RESOLVED_BY_BASE = new Set(['unknown-needs', 'unknown-for', 'problem-without-step']);

/**
 * The document of a site: the text of its base with the site's values, facts, steps and problems in place of the base's. It is an
 * ordinary runbook; only its places are in two files. Returns only the errors if there are any.
 */
export function mergeSite(
  base: Document,
  site: Document,
): { readonly source: ComposedText } | { readonly diagnostics: readonly Diagnostic[] } {
  const broken = (site.runbook.diagnostics as Diagnostic[]).filter(
    ({ code, severity }) => severity === 'error' && !RESOLVED_BY_BASE.has(code),
  );
  const report = new Report(site.source);
  report.add(broken);
  refuseForeign(site, report);
  const steps = readSiteSteps(site, base.runbook, report);
  const placed = placeSteps(site, steps, report);
  if (report.diagnostics.length > 0) return { diagnostics: report.diagnostics };
  const inputs = mergeInputs(base, site);
  const edits = [
    frontMatterEdit(base, site),
    ...inputs.edits,
    ...withoutFacts(base, site),
    ...stepEdits(base, site, steps, placed),
  ];
  const proof = base.runbook.certificate?.span;
  if (proof && !edits.some(({ span }) => span.start <= proof.start && proof.end <= span.end))
    edits.push({ span: proof, pieces: [] });
  const end = [
    ...inputs.added,
    ...sectionsOf(site, 'facts').flatMap(({ span }) => [
      blank(site.source, span.start),
      ...withoutCertificate(site, span),
    ]),
    ...sectionOf(
      'Problems',
      site,
      steps.filter(({ kind, step }) => kind === 'added' && step.section === 'problems'),
    ),
    // For the reader. Nothing in this section runs.
    ...sectionOf(
      'Not here',
      site,
      steps.filter(({ kind }) => kind === 'not-here'),
    ),
    ...certificateOf(site),
  ];
  return { source: composeText(site.source.file, [...replaced(base.source, edits), ...end]) };
}

/** Sections that a site may have. */
const ALLOWED: ReadonlySet<Section['kind']> = new Set(['inputs', 'facts', 'steps', 'problems']);

function refuseForeign({ source, runbook }: Document, report: Report): void {
  for (const { kind, title, headingSpan } of runbook.sections) {
    if (ALLOWED.has(kind)) continue;
    const message = `A site may hold only Inputs, Facts, Steps and Problems. It has a section \`${title}\`.`;
    report.error('site-section', headingSpan.start, message, 'Move it to the base, which all sites share.');
  }
  const { name, box, requires, env, parity, span } = runbook.frontMatter;
  const keys = { name, box, requires: requires.length > 0, env: Object.keys(env).length > 0, parity };
  const foreign = Object.entries(keys).flatMap(([key, value]) => (value ? [key] : []));
  if (foreign.length === 0) return;
  const message = `The front matter of a site may hold only \`base\` and \`site\`. It has \`${foreign.join('`, `')}\`.`;
  report.error(
    'site-section',
    span?.start ?? 0,
    message,
    `Move it to the base, or write an input for it in ${source.file}.`,
  );
}

/** What follows each step: the site's own steps by the id that they say After, in order. */
interface Placed {
  readonly after: ReadonlyMap<string, readonly Step[]>;
  readonly last: readonly Step[];
  /** Problems without For directly above a step. */
  readonly before: ReadonlyMap<string, readonly Step[]>;
}

function placeSteps({ runbook }: Document, steps: readonly SiteStep[], report: Report): Placed {
  const after = new Map<string, Step[]>();
  const before = new Map<string, Step[]>();
  const last: Step[] = [];
  const add = (map: Map<string, Step[]>, id: string, step: Step) =>
    map.set(id, [...(map.get(id) ?? []), step]);
  for (const entry of steps) {
    const { step } = entry;
    if (entry.kind !== 'added' || step.section === 'problems') continue;
    const next = runbook.steps.find((each) => each.index > step.index && each.kind === 'step');
    if (entry.after !== undefined) add(after, entry.after, step);
    else if (step.kind === 'problem' && next && step.for === next.id) add(before, next.id, step);
    else last.push(step);
  }
  refuseCircles(steps, report);
  return { after, before, last };
}

function refuseCircles(steps: readonly SiteStep[], report: Report): void {
  const after = new Map(
    steps.flatMap((each) =>
      each.kind === 'added' && each.after ? [[each.step.id, each.after] as const] : [],
    ),
  );
  for (const { step } of steps) {
    const seen = new Set<string>();
    let id: string | undefined = step.id;
    while (id !== undefined && !seen.has(id)) {
      seen.add(id);
      id = after.get(id);
    }
    if (id !== step.id) continue;
    const message = `After must not form a circle. \`${step.id}\` follows itself.`;
    report.error('after-circle', step.headingSpan.start, message, 'Name a step of the base.');
  }
}

function stepEdits(
  base: Document,
  site: Document,
  steps: readonly SiteStep[],
  placed: Placed,
): Replacement[] {
  const instead = new Map(
    steps.flatMap((each) => (each.kind === 'replaced' ? [[each.step.id, each.step] as const] : [])),
  );
  const gone = new Set(steps.flatMap((each) => (each.kind === 'not-here' ? [each.id] : [])));
  const own = (step: Step): TextPiece[] => [
    ...(placed.before.get(step.id) ?? []).flatMap(own),
    ...entry(site, step),
    ...(placed.after.get(step.id) ?? []).flatMap(own),
  ];
  const lastOfSteps = base.runbook.steps.findLast(({ section }) => section === 'steps');
  const edits = base.runbook.steps.flatMap((step): Replacement[] => {
    const { id, span, kind } = step;
    const isGone = gone.has(id) || (kind === 'problem' && step.for !== undefined && gone.has(step.for));
    const other = instead.get(id);
    const before = (placed.before.get(id) ?? []).flatMap(own);
    const after = [
      ...(placed.after.get(id) ?? []).flatMap(own),
      ...(step === lastOfSteps ? placed.last.flatMap(own) : []),
    ];
    return [
      ...(before.length > 0 ? [{ span: { start: span.start, end: span.start }, pieces: before }] : []),
      ...(isGone ? [{ span, pieces: [] }] : []),
      ...(other ? [{ span, pieces: entry(site, other) }] : []),
      ...(!isGone && !other ? withoutNeeds(base, step, gone) : []),
      ...(after.length > 0
        ? [{ span: { start: span.end, end: span.end }, pieces: [blank(site.source, 0), ...after] }]
        : []),
    ];
  });
  if (lastOfSteps || (placed.last.length === 0 && placed.after.size === 0)) return edits;
  const end = sectionsOf(base, 'steps').at(-1)?.span.end ?? base.source.text.length;
  const heading = generated(site.source, 0, sectionsOf(base, 'steps').length > 0 ? '\n' : '\n## Steps\n\n');
  return [...edits, { span: { start: end, end }, pieces: [heading, ...placed.last.flatMap(own)] }];
}

/** A step that is not here counts as satisfied, together with what it needs. */
function withoutNeeds({ source, runbook }: Document, step: Step, gone: ReadonlySet<string>): Replacement[] {
  const { needs, needsSpan } = step;
  if (needs.kind !== 'listed' || !needsSpan || !needs.ids.some((id) => gone.has(id))) return [];
  const needed = (ids: readonly string[], seen: ReadonlySet<string>): string[] =>
    ids.flatMap((id) => {
      if (!gone.has(id) || seen.has(id)) return gone.has(id) ? [] : [id];
      const theirs = runbook.steps.find((each) => each.id === id)?.needs;
      return theirs?.kind === 'listed' ? needed(theirs.ids, new Set([...seen, id])) : [];
    });
  const ids = [...new Set(needed(needs.ids, new Set()))];
  const text = `Needs: ${ids.length === 0 ? 'none' : ids.map((id) => `\`${id}\``).join(', ')}`;
  return [{ span: needsSpan, pieces: [generated(source, needsSpan.start, text)] }];
}

/** A section at the end of the document; none without entries. */
function sectionOf(title: string, site: Document, entries: readonly SiteStep[]): TextPiece[] {
  const [first] = entries;
  if (!first) return [];
  const heading = generated(site.source, first.step.span.start, `\n\n## ${title}\n\n`);
  return [heading, ...entries.flatMap(({ step }) => entry(site, step))];
}

/** The name of the site is part of the document's name, which tells its passes apart. */
function frontMatterEdit({ source, runbook }: Document, site: Document): Replacement {
  const { span, name } = runbook.frontMatter;
  const own = site.runbook.frontMatter;
  const text = `name: ${JSON.stringify(`${runbook.name} (${own.site!.name})`)}`;
  const at = own.span?.start ?? 0;
  if (!span) {
    const start = source.text.startsWith('\uFEFF') ? 1 : 0;
    return { span: { start, end: start }, pieces: [generated(site.source, at, `---\n${text}\n---\n\n`)] };
  }
  const yamlStart = source.lineStarts[lineIndexAt(source.lineStarts, span.start) + 1]!;
  if (name === undefined) {
    return { span: { start: yamlStart, end: yamlStart }, pieces: [generated(site.source, at, `${text}\n`)] };
  }
  const yaml = inYamlLines(source.text.slice(yamlStart, span.end));
  const contents = parseDocument(yaml, { logLevel: 'silent' }).contents as unknown as YamlMap;
  const pair = contents.items.find((each) => each.key.value === 'name')!;
  const valueSpan = { start: yamlStart + pair.key.range[0], end: yamlStart + pair.value.range[1] };
  return { span: valueSpan, pieces: [generated(site.source, at, text)] };
}

interface YamlMap {
  readonly items: readonly {
    readonly key: { readonly value: unknown; readonly range: readonly [number, number, number] };
    readonly value: { readonly range: readonly [number, number, number] };
  }[];
}

function certificateOf({ source, runbook: { certificate } }: Document): TextPiece[] {
  if (!certificate) return [];
  return [blank(source, certificate.span.start), { source, span: certificate.span }];
}

/** The certificate of a site is its own last line, wherever it is in the site's document. */
function withoutCertificate({ source, runbook: { certificate } }: Document, span: Span): TextPiece[] {
  const proof = certificate?.span;
  if (!proof || proof.start < span.start || proof.end > span.end) return [{ source, span }];
  return [
    { source, span: { start: span.start, end: proof.start } },
    { source, span: { start: proof.end, end: span.end } },
  ];
}

function sectionsOf({ runbook }: Document, kind: Section['kind']): readonly Section[] {
  return runbook.sections.filter((section) => section.kind === kind);
}

/** A step's text, with a blank line after it. */
function entry(site: Document, { span }: Step): TextPiece[] {
  return [...withoutCertificate(site, span), blank(site.source, span.end)];
}

function blank(source: DocumentText, at: number): TextPiece {
  return generated(source, at, '\n\n');
}

/** The base's text with every replacement in its place. */
function replaced(source: DocumentText, edits: readonly Replacement[]): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    if (edit.span.start < at) throw new RangeError(`replacements overlap at ${edit.span.start}`);
    pieces.push({ source, span: { start: at, end: edit.span.start } }, ...edit.pieces);
    at = edit.span.end;
  }
  return [...pieces, { source, span: { start: at, end: source.text.length } }];
}
