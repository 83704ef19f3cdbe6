import type { ApprovalReport, ApprovalsReport, RevokedReport } from '../../model/reports/report.ts';
import { clean, cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const minutes = (at: string) => at.slice(0, 16).replace('T', ' ');

/** `approvals list`: a line for each. */
export function renderApprovals({ approvals, leases }: ApprovalsReport, page: Page): string {
  if (approvals.length + leases.length === 0) return 'nothing is approved';
  const rows = [
    ...leases.map(({ id, client, document, boxName, until }): Cell[] => [
      id,
      { text: 'lease', paint: page.paint.warn },
      `drafts of ${cleanLine(client)}`,
      `until ${minutes(until)}`,
      `${cleanLine(document)} on ${cleanLine(boxName)}`,
    ]),
    ...approvals.map(({ id, state, scope, what, at, document, boxName }): Cell[] => [
      id,
      {
        text: state === 'valid' ? scope : state,
        paint: state === 'valid' ? page.paint.good : page.paint.faint,
      },
      cleanLine(what),
      `since ${minutes(at)}`,
      `${cleanLine(document)} on ${cleanLine(boxName)}`,
    ]),
  ];
  return table(rows, page, 0);
}

/** `approvals show`: the text that was approved, then what is known of the approval. */
export function renderApproval(report: ApprovalReport, page: Page): string {
  const { id, what, state, scope, document, boxName, how, by, at, client, latencyMs, until, hash } = report;
  const rows: Cell[][] = [
    ['what', cleanLine(what)],
    [
      'counts',
      state === 'valid' ? (scope === 'once' ? 'for one start' : 'whenever exactly this comes again') : state,
    ],
    ['where', `${cleanLine(document)} on ${cleanLine(boxName)}`],
    [
      'given',
      `${minutes(at)} by ${cleanLine(by)}, ${how}${client === undefined ? '' : ` in ${cleanLine(client)}`}`,
    ],
    ...(latencyMs === undefined ? [] : [['answered after', `${(latencyMs / 1000).toFixed(1)}s`]]),
    ...(until === undefined ? [] : [['until', minutes(until)]]),
    ['hash', hash],
  ];
  const about = `${page.paint.strong(id)}\n${table(rows, page)}`;
  return page.quiet ? about : `${clean(report.shown)}\n\n${about}`;
}

/** `approvals revoke`. */
export function renderRevoked({ revoked }: RevokedReport): string {
  return revoked.length === 0 ? 'nothing to revoke' : `revoked: ${revoked.join(', ')}`;
}
