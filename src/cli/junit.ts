import type { CheckResult, Failure } from '../model/outcome.ts';
import type { BoxResult, FleetReport } from '../model/reports/fleet.ts';
import type { ReplayReport } from '../model/reports/report.ts';
import { clean } from './render/text/clean.ts';
import { shownPlace } from './render/text/source-line.ts';
import { outcomeWords, timeOf } from './render/text/words.ts';

type ReportedStep = ReplayReport['steps'][number];

/**
 * A pass as JUnit XML that Jenkins, GitLab, GitHub and Azure can read: one suite per box, one case per step. A failed
 * step is `failure`, a needed person is `error`; skipped and unreached steps are `skipped` with their reason.
 */
export function junitReport(report: ReplayReport | FleetReport): string {
  const suites = 'boxes' in report ? report.boxes.map((box) => boxSuite(report, box)) : [passSuite(report)];
  const sum = (field: keyof Totals) => suites.reduce((total, suite) => total + suite.totals[field], 0);
  const totals: Totals = {
    tests: sum('tests'),
    failures: sum('failures'),
    errors: sum('errors'),
    skipped: sum('skipped'),
    ms: report.summary.ms,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="runbook" ${totalsText(totals)}>`,
    ...suites.flatMap((suite) => suiteLines(report, suite)),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Totals {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
  readonly ms: number;
}

interface Suite {
  readonly name: string;
  readonly box: string;
  readonly totals: Totals;
  readonly cases: readonly string[];
}

function passSuite({ name, box, steps, summary }: ReplayReport): Suite {
  return suiteOf(name, box, steps, summary.ms, summary.outcome === 'aborted' ? STOPPED : undefined);
}

/** A box without a pass must be in the report and must not look successful. */
function boxSuite(
  { name }: FleetReport,
  { target, outcome, steps, ms, message, diagnostics }: BoxResult,
): Suite {
  const suite = `${name} on ${target}`;
  if (diagnostics.length > 0) return suiteOf(suite, target, steps, ms, wholeBox('error', message));
  if (outcome === 'not-started') return suiteOf(suite, target, steps, ms, wholeBox('skipped', message));
  return suiteOf(suite, target, steps, ms, outcome === 'aborted' ? STOPPED : undefined);
}

function suiteOf(name: string, box: string, steps: readonly ReportedStep[], ms: number, more?: Extra): Suite {
  const number = (...kinds: ReportedStep['outcome']['kind'][]) =>
    steps.filter((step) => kinds.includes(step.outcome.kind)).length;
  const stopped = steps.filter(({ outcome }) => isStopped(outcome)).length;
  const totals = {
    tests: steps.length + (more ? 1 : 0),
    failures: number('failed') - stopped,
    errors: number('person') + (more?.kind === 'error' ? 1 : 0),
    skipped: number('skipped', 'not-reached') + stopped + (more?.kind === 'skipped' ? 1 : 0),
    ms,
  };
  return {
    name,
    box,
    totals,
    cases: [...steps.map((step) => testcase(step, name)), ...(more ? [more.text] : [])],
  };
}

/** A step that the person stopped has not failed. */
const isStopped = (outcome: ReportedStep['outcome']): boolean =>
  outcome.kind === 'failed' && outcome.failure.kind === 'aborted';

const suiteLines = (report: ReplayReport | FleetReport, { name, box, totals, cases }: Suite): string[] => [
  `  <testsuite name="${attribute(name)}" hostname="${attribute(box)}" file="${attribute(report.file)}" ${totalsText(totals)}>`,
  ...cases,
  '  </testsuite>',
];

const totalsText = ({ tests, failures, errors, skipped, ms }: Totals): string =>
  `tests="${tests}" failures="${failures}" errors="${errors}" skipped="${skipped}" time="${seconds(ms)}"`;

/** A case that is not about a step. */
interface Extra {
  readonly kind: 'error' | 'skipped';
  readonly text: string;
}

const wholeBox = (kind: Extra['kind'], message: string): Extra => ({
  kind,
  text: `    <testcase classname="runbook" name="the box"><${kind} message="${attribute(message)}"/></testcase>`,
});

/** A stopped pass must not look successful although no step failed. */
const STOPPED: Extra = {
  kind: 'error',
  text: '    <testcase classname="runbook" name="the pass"><error message="the pass was stopped"/></testcase>',
};

function testcase(step: ReportedStep, suite: string): string {
  const ms = timeOf(step.outcome) ?? 0;
  const open = `    <testcase classname="${attribute(suite)}" name="${attribute(step.id)}: ${attribute(step.title)}" time="${seconds(ms)}"`;
  const body = bodyOf(step);
  return body === undefined ? `${open}/>` : `${open}>\n      ${body}\n    </testcase>`;
}

function bodyOf({ outcome }: ReportedStep): string | undefined {
  switch (outcome.kind) {
    case 'acted':
      return undefined;
    case 'skipped':
    case 'not-reached':
      return `<skipped message="${attribute(outcomeWords(outcome))}"/>`;
    case 'failed':
      if (isStopped(outcome)) return '<skipped message="stopped in the middle"/>';
      return failureTag('failure', outcome.failure);
    case 'person':
      return failureTag('error', outcome.failure);
  }
}

function failureTag(tag: 'failure' | 'error', failure: Failure): string {
  const text = [
    `${shownPlace(failure.place)}: ${failure.message}`,
    ...failure.checks.filter((check) => check.verdict !== 'pass').map(checkText),
    failure.remedy,
    failure.outputTail,
  ];
  const body = text.filter((part) => part !== '').join('\n');
  return `<${tag} type="${attribute(failure.kind)}" message="${attribute(failure.message)}">${escaped(body)}</${tag}>`;
}

const checkText = (check: CheckResult) =>
  `${check.verdict}: ${check.check}: expected ${check.expected}, observed ${check.observed}`;

const seconds = (ms: number) => (ms / 1000).toFixed(3);

/** Removes characters that XML 1.0 cannot represent: most control characters, and lone surrogates. */
const escaped = (text: string) =>
  clean(text)
    .replace(/[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** XML readers convert line ends in attributes to blanks; character references preserve them. */
const attribute = (text: string) =>
  escaped(text).replace(/[\n\t]/g, (letter) => `&#${letter.charCodeAt(0)};`);
