import { pluralize } from '../../base/pluralize.ts';
import type { PlannedStep, PlanReport, ResolvedInput } from '../../model/plan.ts';
import { renderDiagnostics } from './diagnostic.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';
import type { Paint } from './text/paint.ts';
import { needWords, planWords } from './text/words.ts';

const wouldMarks: Readonly<Record<PlannedStep['would'], { word: string; tone: keyof Paint }>> = {
  act: { word: 'act', tone: 'strong' },
  skip: { word: 'skip', tone: 'faint' },
  ask: { word: 'ask', tone: 'busy' },
  person: { word: 'person', tone: 'warn' },
};

/** `runbook plan`: what each step would do and why, the values it would use, and what is missing. */
export function renderPlan(report: PlanReport, page: Page, cwd: string): string {
  const { paint } = page;
  const sections = [
    `${paint.strong(cleanLine(report.name))} on ${cleanLine(report.box)}: ${pluralize(report.steps.length, 'step')}${
      report.resumed ? ', continuing the last pass' : ''
    }`,
    page.quiet
      ? ''
      : table(
          report.steps.flatMap((step) => stepRows(step, page)),
          page,
        ),
    page.quiet ? '' : problemsBlock(report, page),
    page.quiet ? '' : scheduleBlock(report, page),
    page.quiet ? '' : inputsBlock(report.inputs, page),
    renderDiagnostics(report.diagnostics, page, cwd).trimEnd(),
    `${paint.strong('would')}: ${summaryWords(report)}`,
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

/** The step; with --verbose also what each fence would do and the result of each check. */
function stepRows(step: PlannedStep, page: Page): Cell[][] {
  const mark = wouldMarks[step.would];
  const why = [planWords(step), cleanLine(step.detail)].filter((part) => part !== '').join(': ');
  const word = { text: mark.word, paint: page.paint[mark.tone] };
  const rows: Cell[][] = [[word, cleanLine(step.id), why]];
  if (step.would !== 'skip' || page.verbose) {
    rows.push(
      ...step.actions.flatMap((action) => [
        ['', '', faint(`${action.kind}  ${cleanLine(action.summary)}`, page)],
        ...(action.destroys ?? []).map((line) => ['', '', { text: cleanLine(line), paint: page.paint.bad }]),
      ]),
    );
  }
  if (page.verbose) {
    rows.push(
      ...step.checks.map((check) => ['', '', faint(`${check.verdict}  ${cleanLine(check.check)}`, page)]),
    );
  }
  return rows;
}

function problemsBlock(report: PlanReport, page: Page): string {
  if (report.problems.length === 0) return '';
  const rows = report.problems.map((problem): Cell[] => {
    const serves = problem.for === undefined ? '' : `, for ${problem.for}`;
    const when = problem.how === 'in-pass' ? 'checked in the pass' : 'if its symptom appears';
    return [cleanLine(problem.id), `${when}${serves}`];
  });
  return `${page.paint.strong('known problems')}\n${table(rows, page)}`;
}

function scheduleBlock({ schedule = [] }: PlanReport, page: Page): string {
  if (schedule.length === 0) return '';
  const rows = schedule.map(({ name, what, when }): Cell[] => [name, when, what].map(cleanLine));
  return `${page.paint.strong('schedule')}\n${table(rows, page)}`;
}

function inputsBlock(inputs: readonly ResolvedInput[], page: Page): string {
  if (inputs.length === 0) return '';
  const rows = inputs.map((input): Cell[] => {
    const missing = input.value === undefined;
    const value = missing
      ? { text: 'missing', paint: input.required ? page.paint.bad : page.paint.faint }
      : cleanLine(input.value);
    return [
      cleanLine(input.name),
      value,
      missing && !input.required ? 'optional' : missing ? (input.type ?? input.kind) : `from ${input.source}`,
    ];
  });
  return `${page.paint.strong('inputs')}\n${table(rows, page)}`;
}

function summaryWords({ summary }: PlanReport): string {
  const parts = [
    `${summary.act} act`,
    `${summary.skip} skip`,
    ...(summary.ask ? [`${summary.ask} known only in the pass`] : []),
    ...(summary.destroys
      ? [
          `${pluralize(summary.destroys, 'command')} that destroy${summary.destroys === 1 ? 's' : ''} something`,
        ]
      : []),
    ...(summary.person ? [`${summary.person} ${needWords(summary.person)}`] : []),
  ];
  return parts.join(', ');
}

const faint = (text: string, page: Page): Cell => ({ text, paint: page.paint.faint });
