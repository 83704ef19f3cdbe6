import { entryOf, type PassRecord } from '../../journal/passes/read-record.ts';
import type { StepOutcome } from '../../model/outcome.ts';
import type { PassDetail, RecordLine } from '../../model/pass-record.ts';

interface StepSoFar {
  id: string;
  title: string;
  outcome: string;
  ms: number;
  fixes: string[];
  message: string;
  outputLines: number;
}

/** One pass, step by step, from its record. */
export function passDetail(record: PassRecord): PassDetail {
  const entry = entryOf(record);
  const unended = entry.outcome === 'running' ? 'running' : 'interrupted';
  const steps = new Map<string, StepSoFar>();
  const stepOf = (id: string): StepSoFar => {
    const known = steps.get(id) ?? {
      ...{ id, title: id, outcome: unended, ms: 0 },
      ...{ fixes: [], message: '', outputLines: 0 },
    };
    steps.set(id, known);
    return known;
  };
  for (const line of record.lines) {
    switch (line.type) {
      case 'step-started':
        stepOf(line.step).title = line.title;
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

/** A verified step with the first check that did not pass. */
function verdictOf({ verdict, checks }: Extract<RecordLine, { type: 'verified' }>) {
  const missed = checks.find((check) => check.verdict !== 'pass');
  const message = missed ? `${missed.check}: expected ${missed.expected}, observed ${missed.observed}` : '';
  return { outcome: verdict, message };
}

function ending(outcome: StepOutcome): Pick<StepSoFar, 'outcome' | 'ms' | 'message'> {
  switch (outcome.kind) {
    case 'failed':
    case 'person':
      if (outcome.failure.kind === 'aborted') return { outcome: 'stopped', ms: outcome.ms, message: '' };
      return { outcome: outcome.kind, ms: outcome.ms, message: outcome.failure.message };
    case 'skipped':
      return { outcome: outcome.kind, ms: outcome.ms, message: outcome.detail };
    case 'not-reached':
      return { outcome: outcome.kind, ms: 0, message: outcome.because };
    case 'acted':
      return { outcome: outcome.kind, ms: outcome.ms, message: '' };
  }
}
