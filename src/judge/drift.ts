import type { Change } from '../model/facts/change.ts';
import type { CheckResult } from '../model/outcome.ts';
import type { DriftFinding, DriftReport } from '../model/reports/drift.ts';
import type { FactsReport } from '../model/reports/report.ts';

/**
 * Drift found by the checks of a confirmed step or an endpoint: they passed once, so a failing check has drifted.
 * Pure.
 */
export function driftOfChecks(
  source: string,
  subject: string,
  checks: readonly CheckResult[],
): DriftFinding[] {
  return checks.flatMap((check): DriftFinding[] => {
    if (check.verdict === 'pass') return [];
    const kind = check.verdict === 'fail' ? 'failing' : 'unknown';
    return [{ source, subject, kind, detail: check.observed, check: check.check }];
  });
}

/** Changes of the system, by scope. Pure. */
export function driftOfChanges(changes: readonly Change[]): DriftFinding[] {
  return changes.map(({ scope, subject, kind, detail }) => ({
    source: scope,
    subject,
    kind,
    detail: kind === 'removed' ? `was ${detail}` : detail,
  }));
}

/** Drift of a fact that was measured again, or of one (given by name) that could not be measured. Pure. */
export function driftOfFact(fact: FactsReport['facts'][number] | string): DriftFinding[] {
  if (typeof fact === 'string') {
    const detail = 'not measured: its command is code, and this content is not approved';
    return [{ source: 'facts', subject: fact, kind: 'unknown', detail }];
  }
  const { name, verdict, recorded, measured, unit, detail } = fact;
  if (verdict === 'same') return [];
  if (verdict !== 'changed') return [{ source: 'facts', subject: name, kind: 'unknown', detail }];
  const change = `${recorded || '(none)'} → ${measured}${unit === '' ? '' : ` ${unit}`}`;
  return [{ source: 'facts', subject: name, kind: 'changed', detail: change }];
}

/** Drift outweighs unknown; unknown is never reported as no drift. Pure. */
export function driftVerdict(findings: readonly DriftFinding[]): DriftReport['verdict'] {
  if (findings.some(({ kind }) => kind !== 'unknown')) return 'drift';
  return findings.length > 0 ? 'unknown' : 'none';
}
