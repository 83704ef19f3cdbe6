import { pluralize } from '../../base/pluralize.ts';
import type { StatusReport } from '../../model/reports/report.ts';
import { cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones = {
  confirmed: 'good',
  failed: 'bad',
  interrupted: 'warn',
  undone: 'faint',
  edited: 'warn',
  new: 'strong',
} as const;

/** `runbook status`: what the journal knows about each step, without measuring the box. */
export function renderStatus(report: StatusReport, page: Page): string {
  const rows = report.steps.map(({ id, title, status, at, lastHeld }): Cell[] => [
    { text: status, paint: page.paint[tones[status]] },
    cleanLine(id),
    lastHeld === undefined ? (at === undefined ? '' : minute(at)) : `held ${minute(lastHeld)}`,
    { text: cleanLine(title), paint: page.paint.faint },
  ]);
  const confirmed = report.steps.filter((step) => step.status === 'confirmed').length;
  const pass =
    report.pass === undefined
      ? 'no pass yet'
      : report.pass.ended
        ? 'the last pass was completed'
        : 'the last pass was not completed';
  const last = `${page.paint.strong(`${confirmed} of ${pluralize(report.steps.length, 'step')} confirmed`)} on ${cleanLine(report.box)}; ${pass}`;
  const lent = (report.leases ?? []).map(
    ({ id, client, until }) =>
      `\n${page.paint.warn('lease')} ${id}: drafts of ${cleanLine(client)} run unasked until ${until.slice(11, 16)} UTC (runbook approvals revoke ${id})`,
  );
  if (page.quiet) return last;
  const end = `${last}\n${page.paint.faint(report.journal)}`;
  const steps =
    rows.length === 0 ? last : [table(rows, page), ...fixes(report.problems, page), end].join('\n\n');
  return `${steps}${lent.join('')}`;
}

/** How often each recorded Fix fired here, and which are old. */
function fixes(problems: StatusReport['problems'], page: Page): string[] {
  if (problems.length === 0) return [];
  const rows = problems.map(({ id, title, times, last, old }): Cell[] => [
    { text: old ? 'old' : '', paint: page.paint.warn },
    cleanLine(id),
    last === undefined ? 'has not fired' : `fired ${pluralize(times, 'time')}, last on ${last.slice(0, 10)}`,
    { text: cleanLine(title), paint: page.paint.faint },
  ]);
  return [`${page.paint.strong('recorded fixes')}\n${table(rows, page)}`];
}

const minute = (at: string) => at.replace('T', ' ').slice(0, 16);
