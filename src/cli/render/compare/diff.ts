import { pluralize } from '../../../base/pluralize.ts';
import type { DiffReport, Reason, StepDifference, ValueDifference } from '../../../model/reports/diff.ts';
import { cleanLine } from '../text/clean.ts';
import { type Cell, type Page, table } from '../text/page.ts';

/** `runbook diff`: values, then steps, each with the reasons that the documents give. */
export function renderDiff(report: DiffReport, page: Page): string {
  const { values, steps, same } = report;
  const names = namesOf(report);
  const counts = [pluralize(values.length, 'value'), pluralize(steps.length, 'step')].join(', ');
  const verdict =
    values.length + steps.length === 0
      ? `${page.paint.strong(page.paint.good('the same'))}: ${pluralize(same, 'step')}`
      : `${page.paint.strong(page.paint.warn('different'))}: ${counts}; ${pluralize(same, 'step')} the same`;
  const parts = [
    valuesBlock(values, names, page),
    ...steps.map((step) => stepBlock(step, names, page)),
    `${verdict} (${names.a} and ${names.b})`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

type Names = Readonly<Record<Reason['side'], string>>;

/** Paths tell two documents of one name apart. */
function namesOf({ a, b }: DiffReport): Names {
  return { a: cleanLine(a.file), b: cleanLine(b.file) };
}

function valuesBlock(values: readonly ValueDifference[], names: Names, page: Page): string {
  if (values.length === 0) return '';
  const rows = values.map(({ name, of, a, b, reasons }): Cell[] => [
    { text: of, paint: page.paint.faint },
    cleanLine(name),
    cleanLine(a ?? '-'),
    cleanLine(b ?? '-'),
    { text: reasons.map((each) => reasonText(each, names)).join('; '), paint: page.paint.faint },
  ]);
  const head = page.paint.faint(`  from ${names.a} to ${names.b}`);
  return `${page.paint.strong('values')}${head}\n${table(rows, page)}`;
}

function stepBlock(step: StepDifference, names: Names, page: Page): string {
  const { id, kind, parts, reasons, lines } = step;
  const what = {
    'only-a': `only in ${names.a}`,
    'only-b': `only in ${names.b}`,
    changed: `changed: ${parts.join(', ')}`,
    moved: 'at another position',
  }[kind];
  const why = reasons.map(
    (each) => `  ${cleanLine(reasonText(each, names))}  ${page.paint.faint(placeText(each))}`,
  );
  const text = page.quiet
    ? []
    : lines.map((line) => `    ${painted(cleanLine(line).trimEnd(), page)}`.trimEnd());
  return [`${page.paint.strong(cleanLine(id))}  ${what}`, ...why, ...text].join('\n');
}

function reasonText({ side, text }: Reason, names: Names): string {
  return `${names[side]}: ${text.replace(/\s+/g, ' ')}`;
}

function placeText({ place }: Reason): string {
  return `${place.file}:${place.line}`;
}

function painted(line: string, page: Page): string {
  if (line.startsWith('-')) return page.paint.bad(line);
  return line.startsWith('+') ? page.paint.good(line) : page.paint.faint(line);
}
