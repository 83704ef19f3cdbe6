import type { CheckResult, Failure } from '../model/outcome.ts';
import type { ReplayReport } from '../model/report.ts';
import { clean } from './render/clean.ts';
import { shownPlace } from './render/source-line.ts';
import { outcomeWords, timeOf } from './render/words.ts';

type ReportedStep = ReplayReport['steps'][number];

/**
 * A pass as JUnit XML, in the dialect that Jenkins, GitLab, GitHub and Azure readers share: one suite, a case per step;
 * failed is `failure`, a needed person is `error`, skipped and not reached are `skipped` with their reason.
 */
export function junitReport(report: ReplayReport): string {
  const { steps, summary } = report;
  const number = (...kinds: ReportedStep['outcome']['kind'][]) =>
    steps.filter((step) => kinds.includes(step.outcome.kind)).length;
  const totals = [
    `tests="${steps.length + (summary.outcome === 'aborted' ? 1 : 0)}"`,
    `failures="${number('failed')}"`,
    `errors="${number('person') + (summary.outcome === 'aborted' ? 1 : 0)}"`,
    `skipped="${number('skipped', 'not-reached')}"`,
    `time="${seconds(summary.ms)}"`,
  ].join(' ');
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="runbook" ${totals}>`,
    `  <testsuite name="${attribute(report.name)}" hostname="${attribute(report.box)}" file="${attribute(report.file)}" ${totals}>`,
    ...steps.map((step) => testcase(step, report)),
    ...(summary.outcome === 'aborted' ? [STOPPED] : []),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

/** A pass that was stopped must not look green, though none of its steps failed. */
const STOPPED =
  '    <testcase classname="runbook" name="the pass"><error message="the pass was stopped"/></testcase>';

function testcase(step: ReportedStep, report: ReplayReport): string {
  const ms = timeOf(step.outcome) ?? 0;
  const open = `    <testcase classname="${attribute(report.name)}" name="${attribute(step.id)}: ${attribute(step.title)}" time="${seconds(ms)}"`;
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
      return trouble('failure', outcome.failure);
    case 'person':
      return trouble('error', outcome.failure);
  }
}

function trouble(tag: 'failure' | 'error', failure: Failure): string {
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

/** XML 1.0 has no way to hold most control characters or half a surrogate pair, so they go. */
const escaped = (text: string) =>
  clean(text)
    .replace(/[\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
    .replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

/** In an attribute a reader turns line ends into blanks; as references they survive. */
const attribute = (text: string) =>
  escaped(text).replace(/[\n\t]/g, (letter) => `&#${letter.charCodeAt(0)};`);
