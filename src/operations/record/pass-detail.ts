import { entryOf, type PassRecord } from '../../journal/passes/read-record.ts';
import type { CheckResult, StepOutcome } from '../../model/outcome.ts';
import type { PassDetail, RecordLine } from '../../model/pass-record.ts';

interface StepSoFar {
  id: string;
  title: string;
  outcome: string;
  ms: number;
  waitedMs: number;
  fixes: string[];
  message: string;
  outputLines: number;
  missed: string[];
}

/** One pass, step by step, from its record. */
export function passDetail(record: PassRecord): PassDetail {
  const entry = entryOf(record);
  const unended = entry.outcome === 'running' ? 'running' : 'interrupted';
  const steps = new Map<string, StepSoFar>();
  const titles = new Map<string, string>();
  const stepOf = (id: string): StepSoFar => {
    const known = steps.get(id) ?? {
      ...{ id, title: titles.get(id) ?? id, outcome: unended, ms: 0, waitedMs: 0 },
      ...{ fixes: [], message: '', outputLines: 0, missed: [] },
    };
    steps.set(id, known);
    return known;
  };
  for (const line of record.lines) {
    switch (line.type) {
      case 'pass-started':
        for (const { id, title } of line.steps) titles.set(id, title);
        break;
      case 'step-started':
        stepOf(line.step).title = line.title;
        break;
      case 'check':
        stepOf(line.step).waitedMs += line.result.waitedMs;
        break;
      case 'output':
        stepOf(line.step).outputLines += line.text.split('\n').length - 1;
        break;
      case 'undone':
        Object.assign(stepOf(line.step), { outcome: 'undone', ms: line.ms ?? 0 });
        break;
      case 'undo-failed':
        Object.assign(stepOf(line.step), { outcome: 'undo failed', message: line.message });
        break;
      case 'verified':
        Object.assign(stepOf(line.step), verdictOf(line));
        break;
      case 'held-back':
        Object.assign(stepOf(line.step), {
          outcome: `held back: ${line.code}`,
          message: line.message,
        });
        break;
      case 'fix-finished':
        if (line.cleared) stepOf(line.step).fixes.push(line.problem);
        break;
      case 'step-finished':
        Object.assign(stepOf(line.step), { title: line.title, ...ending(line.outcome) });
    }
  }
  const { document, version, allowed } = record.head;
  const how = allowed === undefined ? {} : { allowed };
  return { ...entry, document, version, ...how, steps: [...steps.values()] };
}

/** A verified step with the checks that did not pass. */
function verdictOf({ verdict, checks }: Extract<RecordLine, { type: 'verified' }>) {
  const missed = missedOf(checks);
  return { outcome: verdict, message: missed[0] ?? '', missed };
}

const missedOf = (checks: readonly CheckResult[]): string[] =>
  checks
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ check, expected, observed }) => `${check}: expected ${expected}, observed ${observed}`);

function ending(outcome: StepOutcome): Pick<StepSoFar, 'outcome' | 'ms' | 'message'> & { missed?: string[] } {
  switch (outcome.kind) {
    case 'failed':
    case 'person':
      if (outcome.failure.kind === 'aborted') return { outcome: 'stopped', ms: outcome.ms, message: '' };
      return {
        ...{ outcome: outcome.kind, ms: outcome.ms },
        ...{ message: outcome.failure.message, missed: missedOf(outcome.failure.checks) },
      };
    case 'skipped':
      return { outcome: outcome.kind, ms: outcome.ms, message: outcome.detail };
    case 'not-reached':
      return { outcome: outcome.kind, ms: 0, message: outcome.because };
    case 'acted':
      return { outcome: outcome.kind, ms: outcome.ms, message: '' };
  }
}
