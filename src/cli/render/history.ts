import { pluralize } from '../../base/pluralize.ts';
import { duration } from '../../base/shown-duration.ts';
import type { HistoryReport, OutputReport, PassDetail, PassEntry } from '../../model/pass-record.ts';
import { clean, cleanLine } from './text/clean.ts';
import { type Cell, type Page, table } from './text/page.ts';

const tones = {
  done: 'good',
  failed: 'bad',
  person: 'warn',
  aborted: 'warn',
  refused: 'warn',
  'not-started': 'faint',
  running: 'strong',
  interrupted: 'warn',
} as const;

const allowedWords: Readonly<Record<string, string>> = {
  yes: '--yes',
  sandbox: 'the sandbox',
  approved: 'an earlier approval',
  elicitation: "a person in the agent's dialog",
  terminal: 'a person at the terminal',
  lease: 'a lease',
};

/** `runbook history`: one line for each pass, newest first; or one pass step by step. */
export function renderHistory(report: HistoryReport, page: Page): string {
  if (report.pass) return detail(report.pass, page);
  const rows = report.passes.map((pass) => row(pass, page));
  const pruned = report.pruned ? `, ${pluralize(report.pruned.length, 'pass', 'passes')} removed` : '';
  const total = `${pluralize(report.passes.length, 'pass', 'passes')} recorded${pruned}`;
  return rows.length === 0 ? total : `${table(rows, page)}\n\n${total}`;
}

/** `runbook logs`. */
export const renderOutput = ({ text }: OutputReport): string => clean(text).trimEnd();

function row(pass: PassEntry, page: Page): Cell[] {
  return [
    pass.id,
    cleanLine(pass.within === undefined ? pass.verb : `${pass.verb}, ${pass.within}`),
    { text: pass.outcome, paint: page.paint[tones[pass.outcome]] },
    pass.ms === undefined ? '' : duration(pass.ms),
    cleanLine(pass.box),
    { text: cleanLine(`${pass.by.kind} ${pass.by.name}`), paint: page.paint.faint },
  ];
}

function detail(pass: PassDetail, page: Page): string {
  const rows = pass.steps.map((step): Cell[] => [
    step.outcome,
    cleanLine(step.id),
    duration(step.ms),
    cleanLine(step.fixes.length > 0 ? `fixed ${step.fixes.join(', ')}. ${step.message}` : step.message),
  ]);
  const took = pass.ms === undefined ? '' : ` in ${duration(pass.ms)}`;
  const head = `${pass.verb} of ${cleanLine(pass.name)} on ${cleanLine(pass.box)}: ${pass.outcome}${took}`;
  const part = pass.within === undefined ? '' : `, part of ${cleanLine(pass.within)}`;
  const allowed =
    pass.allowed === undefined ? '' : `, allowed by ${allowedWords[pass.allowed] ?? cleanLine(pass.allowed)}`;
  const by = cleanLine(`${pass.by.kind} ${pass.by.name}`);
  const facts = `  started ${pass.at} by ${by}${allowed}${part}, runbook ${pass.version}`;
  const next = `output: runbook logs --pass ${pass.id}`;
  return [head, page.paint.faint(facts), '', ...(rows.length > 0 ? [table(rows, page), ''] : []), next].join(
    '\n',
  );
}
