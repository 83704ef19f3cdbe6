import type { Attempt, CheckRow } from '../../src/loop/attempt.ts';

/** An attempt that ran and failed with the given fingerprint by default. */
export function attempt(part: Partial<Attempt> = {}): Attempt {
  const id = part.attempt ?? 'at-1';
  return {
    seq: 1,
    attempt: id,
    job: `job-${id}`,
    step: 'caddy',
    box: 'box',
    source: 'draft',
    body: { title: 'Caddy', why: '', run: [], verify: [], undo: [] },
    form: `form-${id}`,
    inputs: '',
    prediction: [],
    status: 'failed',
    startedAt: 0,
    durationMs: 1000,
    actedMs: 1000,
    exitCode: 1,
    outputTail: '',
    checks: [],
    findings: [],
    unchecked: [],
    changed: [],
    undone: false,
    saved: false,
    ...part,
  };
}

/** A row of an attempt's checks; failed by default. */
export function checkRow(check: string, verdict: CheckRow['verdict'] = 'fail'): CheckRow {
  return { check, verdict, class: verdict === 'pass' ? 'ok' : 'refused', observed: '', expected: '' };
}
