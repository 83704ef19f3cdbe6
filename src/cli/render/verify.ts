import { pluralize } from '../../base/pluralize.ts';
import type { CheckResult } from '../../model/outcome.ts';
import type { VerifyReport } from '../../model/reports/report.ts';
import { checkLines } from './failure.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, tableRows } from './text/page.ts';
import type { Paint } from './text/paint.ts';

type Verdict = VerifyReport['steps'][number]['verdict'];

/** One line of the report, with the checks below it. */
interface Entry {
  readonly verdict: Verdict;
  readonly name: string;
  readonly says: string;
  readonly checks: readonly CheckResult[];
  /** Why it fails, the likeliest first. */
  readonly findings?: VerifyReport['steps'][number]['findings'];
}

const verdictMarks: Readonly<Record<Verdict, { word: string; tone: keyof Paint }>> = {
  pass: { word: 'pass', tone: 'good' },
  fail: { word: 'fail', tone: 'bad' },
  unknown: { word: 'unknown', tone: 'warn' },
  'no-checks': { word: 'none', tone: 'faint' },
  'not-applicable': { word: 'n/a', tone: 'faint' },
};

/** `runbook verify`: the result of each step, followed by the checks that did not pass. */
export function renderVerify(report: VerifyReport, page: Page): string {
  const steps = report.steps.map(
    (step): Entry => ({
      verdict: step.verdict,
      name: step.id,
      says: saysOf(step.verdict, step.checks),
      checks: step.checks,
      findings: step.findings,
    }),
  );
  const endpoints = report.endpoints.map(
    ({ name, target, result }): Entry => ({
      verdict: result?.verdict ?? 'no-checks',
      name,
      says: cleanLine(target),
      checks: result ? [result] : [],
    }),
  );
  const blocks = [block('', steps, page), block('endpoints', endpoints, page), lastLine(report, page)];
  return blocks.filter((text) => text !== '').join('\n\n');
}

function block(title: string, entries: readonly Entry[], page: Page): string {
  const shown = entries.filter(({ verdict }) => !page.quiet || verdict === 'fail' || verdict === 'unknown');
  if (shown.length === 0) return '';
  const rows = shown.map(({ verdict, name, says }): Cell[] => {
    const mark = verdictMarks[verdict];
    return [{ text: mark.word, paint: page.paint[mark.tone] }, cleanLine(name), says];
  });
  const lines = tableRows(rows, page);
  const withChecks = lines.flatMap((line, index) => [
    line,
    ...details(shown[index]!.checks, page),
    ...why(shown[index]!, page),
  ]);
  return [...(title ? [page.paint.strong(title)] : []), ...withChecks].join('\n');
}

function details(checks: readonly CheckResult[], page: Page): string[] {
  const shown = checks.filter((check) => page.verbose || check.verdict !== 'pass');
  return shown.flatMap((check) => checkLines(check, page)).map((line) => `      ${line}`);
}

/** The likeliest explanation, with what to do. */
function why({ findings = [] }: Entry, page: Page): string[] {
  const [first] = findings;
  return first === undefined
    ? []
    : [
        `      ${page.paint.strong('why')} ${cleanLine(first.title)}`,
        `          ${page.paint.faint(cleanLine(first.remedy))}`,
      ];
}

function saysOf(verdict: Verdict, checks: readonly CheckResult[]): string {
  if (verdict === 'no-checks') return 'no checks: only the journal knows';
  if (verdict === 'not-applicable') return 'its When does not hold';
  const passed = checks.filter((check) => check.verdict === 'pass').length;
  return passed === checks.length
    ? pluralize(passed, 'check')
    : `${passed} of ${pluralize(checks.length, 'check')}`;
}

function lastLine({ summary, box }: VerifyReport, page: Page): string {
  const tone = summary.fail ? 'bad' : summary.unknown ? 'warn' : 'good';
  const word = summary.fail ? 'differs' : summary.unknown ? 'not sure' : 'holds';
  const parts = [
    `${summary.pass} pass`,
    ...(summary.fail ? [`${summary.fail} fail`] : []),
    ...(summary.unknown ? [`${summary.unknown} unknown`] : []),
    ...(summary.noChecks ? [`${summary.noChecks} without checks`] : []),
  ];
  return `${page.paint.strong(page.paint[tone](word))}: ${parts.join(', ')} on ${cleanLine(box)}`;
}
